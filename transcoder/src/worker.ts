import { makeEvent, type Bus, type TakenJob, type WorkQueue } from '#bus';
import { TranscodeJob, transcodeTroubled } from '#contracts';
import {
  acquireLease,
  counter,
  gauge,
  histogram,
  newId,
  type Lease,
  type LeaseBucket,
  type Logger,
} from '#process';
import { ladderBelow, pixelRate } from './ladder/ladder.ts';
import { SlateShelf } from './slate/slate-media.ts';
import { StreamSession, type SessionOutcome } from './sessions/stream-session.ts';
import type { Trouble } from './sessions/stretch-output.ts';

const TAKE_WAIT_MS = 2_000;
const FULL_WAIT_MS = 500;
/** Well within the queue's patience. */
const WORKING_EVERY_MS = 1_000;
/** A job whose lease somebody holds is asked for again this soon, since its holder may be dying. */
const HELD_RETRY_MS = 400;
/** A lease that is held this long belongs to a live worker; the job is a double. */
const HELD_FOR_GOOD_MS = 8_000;
const REACQUIRE_EVERY_MS = 500;
const FULL_RETRY_MS = 1_000;
const MAX_HELD_NOTES = 1_000;
/** Copying and the sound, in points per second, so that even streams without rungs count. */
const BASE_COST = 2_000_000;

const streams = gauge('transcoder_streams', 'Streams this worker writes.');
const load = gauge('transcoder_pixels_per_second', 'Points per second that its streams may take.');
const putSeconds = histogram('transcoder_put_seconds', 'Time from a cut part to the origin having it.');
const troubles = counter('transcoder_troubles_total', 'Restarts, dropped rungs and the like.', [
  'what',
  'blame',
]);

export interface WorkerOptions {
  bus: Bus;
  queue: WorkQueue;
  leases: LeaseBucket;
  originUrl: string;
  token: string;
  capacity: number;
  pinnedRungs: readonly string[];
  logger: Logger;
}

interface Assignment {
  session: StreamSession;
  lease: Lease;
  /** Messages of this stream in our hand; doubles are kept until the end. */
  jobs: Map<number, TakenJob>;
  cost: number;
}

/** Takes jobs up to its capacity and keeps their leases. */
export class Worker {
  private readonly options: WorkerOptions;
  private readonly slates: SlateShelf;
  private readonly holderId = newId();
  private readonly assignments = new Map<string, Assignment>();
  private readonly heldSince = new Map<number, number>();
  private readonly timer: NodeJS.Timeout;
  private readonly loop: Promise<void>;
  private stopping = false;

  constructor(options: WorkerOptions) {
    this.options = options;
    this.slates = new SlateShelf(options.logger);
    this.timer = setInterval(() => this.keepJobs(), WORKING_EVERY_MS);
    this.loop = this.takeJobs();
  }

  get streamCount(): number {
    return this.assignments.size;
  }

  /** Gives all streams to other workers. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.timer);
    await Promise.all([...this.assignments.values()].map(({ session }) => session.stop('stopped')));
    await this.loop;
  }

  private async takeJobs(): Promise<void> {
    while (!this.stopping) {
      if (this.free() < BASE_COST) {
        await pause(FULL_WAIT_MS);
        continue;
      }
      try {
        const job = await this.options.queue.take(TAKE_WAIT_MS);
        if (job) await this.consider(job);
      } catch (err) {
        this.options.logger.warn({ err }, 'no jobs can be taken at this moment');
        await pause(FULL_WAIT_MS);
      }
    }
  }

  private async consider(taken: TakenJob): Promise<void> {
    const { logger } = this.options;
    const parsed = TranscodeJob.safeParse(taken.data);
    if (!parsed.success) {
      logger.error({ err: parsed.error }, 'a job that cannot be read is thrown away');
      return taken.done();
    }
    const job = parsed.data;
    const mine = this.assignments.get(job.streamId);
    if (mine) return void mine.jobs.set(taken.id, taken);
    if (this.stopping) return taken.giveBack();
    const cost = costOf(job);
    if (cost > this.free() && this.assignments.size > 0) return taken.giveBack(FULL_RETRY_MS);
    const lease = await this.lease(job);
    if (!lease) return this.handleHeld(taken);
    this.heldSince.delete(taken.id);
    this.begin(job, taken, lease, cost);
  }

  private lease(job: TranscodeJob): Promise<Lease | undefined> {
    return acquireLease({
      bucket: this.options.leases,
      key: leaseKey(job),
      holderId: this.holderId,
      logger: this.options.logger,
      onLost: (reason) => void this.handleLeaseLost(job, reason),
    });
  }

  private begin(job: TranscodeJob, taken: TakenJob, lease: Lease, cost: number): void {
    const { originUrl, token, logger, pinnedRungs } = this.options;
    logger.info(
      { showId: job.showId, generation: lease.generation, delivery: taken.delivery },
      'taking a stream',
    );
    const session = new StreamSession({
      job,
      generation: lease.generation,
      originUrl,
      token,
      slates: this.slates,
      pinnedRungs,
      logger,
      onTrouble: (trouble) => this.tell(job, trouble),
      onPutDone: (seconds) => putSeconds.observe(seconds),
    });
    this.assignments.set(job.streamId, { session, lease, cost, jobs: new Map([[taken.id, taken]]) });
    this.measure();
    void session.done.then((outcome) => this.finish(job, outcome));
  }

  private async finish(job: TranscodeJob, outcome: SessionOutcome): Promise<void> {
    const assignment = this.assignments.get(job.streamId);
    this.assignments.delete(job.streamId);
    this.measure();
    this.options.logger.info({ showId: job.showId, outcome }, 'leaving a stream');
    await assignment?.lease.release();
    for (const taken of assignment?.jobs.values() ?? []) {
      if (outcome === 'ended') taken.done();
      else taken.giveBack(outcome === 'fenced' ? HELD_RETRY_MS : 0);
    }
  }

  private handleHeld(taken: TakenJob): void {
    const now = performance.now();
    const since = this.heldSince.get(taken.id) ?? now;
    this.heldSince.set(taken.id, since);
    const oldest = this.heldSince.keys().next();
    if (this.heldSince.size > MAX_HELD_NOTES && !oldest.done) this.heldSince.delete(oldest.value);
    if (now - since < HELD_FOR_GOOD_MS) return taken.giveBack(HELD_RETRY_MS);
    this.heldSince.delete(taken.id);
    taken.done();
  }

  /**
   * A lease that somebody else has ends the session. One that could only not be renewed (NATS is away) does not: the
   * origin's generation keeps a double writer out, and viewers go on watching meanwhile.
   */
  private async handleLeaseLost(job: TranscodeJob, reason: 'taken' | 'expired'): Promise<void> {
    const assignment = this.assignments.get(job.streamId);
    if (!assignment || this.stopping) return;
    if (reason === 'taken') return assignment.session.stop('fenced');
    while (this.assignments.get(job.streamId) === assignment && !this.stopping) {
      const lease = await this.lease(job).catch(() => 'away' as const);
      if (lease === undefined) return assignment.session.stop('fenced');
      if (lease !== 'away') {
        assignment.lease = lease;
        assignment.session.regenerate(lease.generation);
        return;
      }
      await pause(REACQUIRE_EVERY_MS);
    }
  }

  private keepJobs(): void {
    for (const { jobs } of this.assignments.values()) for (const job of jobs.values()) job.working();
  }

  private tell(job: TranscodeJob, trouble: Trouble): void {
    troubles.inc({ what: trouble.what, blame: trouble.blame });
    const data = { streamId: job.streamId, showId: job.showId, ...trouble };
    const event = makeEvent(transcodeTroubled, { aggregateId: job.streamId, version: Date.now(), data });
    this.options.bus
      .publish(event)
      .catch((err: unknown) => this.options.logger.warn({ err }, 'a trouble could not be told'));
  }

  private free(): number {
    const taken = [...this.assignments.values()].reduce((sum, { cost }) => sum + cost, 0);
    return this.options.capacity - taken;
  }

  private measure(): void {
    streams.set(this.assignments.size);
    load.set(this.options.capacity - this.free());
  }
}

/** What a stream may take with its whole ladder watched. */
export function costOf(job: Pick<TranscodeJob, 'width' | 'height' | 'frameRate'>): number {
  const rungs = ladderBelow({ ...job, codecs: '' });
  return rungs.reduce((sum, rung) => sum + pixelRate(rung), BASE_COST);
}

function leaseKey(job: TranscodeJob): string {
  return `transcode.${job.showId}`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
