import {
  DemandLine,
  GENERATION_HEADER,
  MEDIA_BODY_TYPE,
  partsWire,
  SealReply,
  type PartQueryInput,
  type RenditionDeclaration,
} from '#contracts';
import type { Logger } from '#process';
import { Agent, request, type IncomingMessage } from 'node:http';

const ANSWER_TIMEOUT_MS = 10_000;
const RETRY_FIRST_MS = 50;
const RETRY_MOST_MS = 1_000;
/** What may wait for an origin that is away; about half a minute of a full ladder. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Status of the refusal `storage_full`. */
const STORAGE_FULL = 507;
const PROBLEM_CHARS = 10_000;

/** Why the origin takes nothing more from this writer, or wants it to begin again. */
export type OriginVerdict = 'stale_generation' | 'stream_ended' | 'show_deleted' | 'out_of_step' | 'overflow';

export interface OriginClientOptions {
  originUrl: string;
  token: string;
  showId: string;
  logger: Logger;
  /** Called at most once per generation; what was waiting is dropped. */
  onVerdict: (verdict: OriginVerdict) => void;
  /** The origin has no room; called again and again while that lasts. What is to be put waits and is tried again. */
  onFull?: () => void;
  /** Seconds between handing a part over and the origin's answer. */
  onPutDone?: (seconds: number) => void;
}

interface Op {
  method: 'PUT' | 'POST';
  path: string;
  body: Uint8Array | string | undefined;
  type: string;
  bytes: number;
}

interface Lane {
  ops: Op[];
  busy: boolean;
}

/** Writes one show to the origin: in order within a rendition, side by side across them, each request until it is answered. */
export class OriginClient {
  private readonly options: OriginClientOptions;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  private readonly lanes = new Map<string, Lane>();
  private generation = 0;
  private waitingBytes = 0;
  private stopped = true;
  private epoch = 0;

  constructor(options: OriginClientOptions) {
    this.options = options;
  }

  /** Begins to write as `generation`: gives the numbers to continue at. Retries until the origin answers or `signal` aborts. */
  async seal(generation: number, signal: AbortSignal): Promise<SealReply | OriginVerdict> {
    this.generation = generation;
    this.epoch += 1;
    this.lanes.clear();
    this.waitingBytes = 0;
    for (let wait = RETRY_FIRST_MS; ; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
      signal.throwIfAborted();
      const op = {
        method: 'POST',
        path: partsWire.seal(this.options.showId),
        body: '{}',
        type: 'application/json',
        bytes: 2,
      } as const;
      const answer = await this.send(op).catch(() => undefined);
      if (answer?.status === 200) {
        this.stopped = false;
        return SealReply.parse(JSON.parse(answer.body));
      }
      const verdict = answer && verdictOf(answer);
      if (verdict) return verdict;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  declare(name: string, declaration: RenditionDeclaration): void {
    this.queue(name, json('PUT', partsWire.rendition(this.options.showId, name), declaration));
  }

  putInit(name: string, run: string, bytes: Uint8Array): void {
    this.queue(name, media(partsWire.init(this.options.showId, name, run), bytes));
  }

  putPart(name: string, msn: number, index: number, query: PartQueryInput, bytes: Uint8Array): void {
    this.queue(name, media(partsWire.part(this.options.showId, name, msn, index, query), bytes));
  }

  endSegment(name: string, msn: number): void {
    this.queue(name, json('POST', partsWire.end(this.options.showId, name, msn), undefined));
  }

  setState(state: 'live' | 'slate' | 'ended'): void {
    this.queue('', json('POST', partsWire.state(this.options.showId), { state }));
  }

  /** Reads which renditions viewers ask for until `signal` aborts; comes back by itself. */
  async followDemand(handle: (line: DemandLine) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.readDemand(handle, signal).catch(() => undefined);
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_MOST_MS));
    }
  }

  /** Resolves when everything queued has been answered. */
  async drained(): Promise<void> {
    while (!this.stopped && [...this.lanes.values()].some(({ ops, busy }) => busy || ops.length > 0)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Drops what waits and frees the connections. */
  close(): void {
    this.stopped = true;
    this.epoch += 1;
    this.lanes.clear();
    this.agent.destroy();
  }

  private queue(name: string, op: Op): void {
    if (this.stopped) return;
    const lane = this.lanes.get(name) ?? { ops: [], busy: false };
    this.lanes.set(name, lane);
    lane.ops.push(op);
    this.waitingBytes += op.bytes;
    if (this.waitingBytes > MAX_WAITING_BYTES) return this.conclude('overflow');
    if (!lane.busy) void this.work(lane, this.epoch);
  }

  private async work(lane: Lane, epoch: number): Promise<void> {
    lane.busy = true;
    for (let op = lane.ops[0]; op && epoch === this.epoch; op = lane.ops[0]) {
      const startedAt = performance.now();
      const verdict = await this.deliver(op, epoch);
      if (epoch !== this.epoch) return;
      if (verdict) return this.conclude(verdict);
      this.options.onPutDone?.((performance.now() - startedAt) / 1_000);
      this.waitingBytes -= op.bytes;
      lane.ops.shift();
    }
    lane.busy = false;
  }

  private async deliver(op: Op, epoch: number): Promise<OriginVerdict | undefined> {
    for (let wait = RETRY_FIRST_MS; epoch === this.epoch; wait = Math.min(wait * 2, RETRY_MOST_MS)) {
      const answer = await this.send(op).catch((err: unknown) => {
        this.options.logger.debug({ err }, 'the origin did not answer; trying again');
        return undefined;
      });
      if (answer && answer.status < 300) return undefined;
      const verdict = answer && verdictOf(answer);
      if (verdict) return verdict;
      if (answer && answer.status < 500 && answer.status !== 429) {
        this.options.logger.error(
          { status: answer.status, path: op.path, problem: answer.body },
          'the origin refused',
        );
        return 'out_of_step';
      }
      if (answer?.status === STORAGE_FULL) this.options.onFull?.();
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return undefined;
  }

  private conclude(verdict: OriginVerdict): void {
    this.stopped = true;
    this.epoch += 1;
    this.lanes.clear();
    this.waitingBytes = 0;
    this.options.onVerdict(verdict);
  }

  private send(op: Op): Promise<{ status: number; body: string }> {
    return new Promise((resolve, reject) => {
      const url = new URL(op.path, this.options.originUrl);
      const asked = request(
        url,
        { method: op.method, agent: this.agent, headers: this.headers(op) },
        (response) => {
          readBody(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
        },
      );
      asked.setTimeout(ANSWER_TIMEOUT_MS, () => asked.destroy(new Error('the origin does not answer')));
      asked.on('error', reject);
      asked.end(op.body);
    });
  }

  private headers(op: Pick<Op, 'type' | 'bytes'>): Record<string, string | number> {
    return {
      authorization: `Bearer ${this.options.token}`,
      [GENERATION_HEADER]: this.generation,
      'content-type': op.type,
      'content-length': op.bytes,
    };
  }

  private readDemand(handle: (line: DemandLine) => void, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const url = new URL(partsWire.demand(this.options.showId), this.options.originUrl);
      const headers = { authorization: `Bearer ${this.options.token}`, [GENERATION_HEADER]: this.generation };
      const asked = request(url, { headers, signal, agent: false }, (response) => {
        if (response.statusCode !== 200) return void response.resume().on('end', resolve);
        let rest = '';
        response.setEncoding('utf8');
        response.on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            const parsed = DemandLine.safeParse(parseJson(line));
            if (parsed.success) handle(parsed.data);
          }
        });
        response.on('error', reject);
        response.on('close', resolve);
      });
      // A line comes every two seconds; without them the connection is dead.
      asked.setTimeout(ANSWER_TIMEOUT_MS, () => asked.destroy(new Error('the demand fell silent')));
      asked.on('error', reject);
      asked.end();
    });
  }
}

function json(method: Op['method'], path: string, value: unknown): Op {
  const body = JSON.stringify(value ?? {});
  return { method, path, body, type: 'application/json', bytes: Buffer.byteLength(body) };
}

function media(path: string, body: Uint8Array): Op {
  return { method: 'PUT', path, body, type: MEDIA_BODY_TYPE, bytes: body.length };
}

function verdictOf({ status, body }: { status: number; body: string }): OriginVerdict | undefined {
  if (status !== 409 && status !== 410) return undefined;
  const code = (parseJson(body) as { code?: unknown } | undefined)?.code;
  if (code === 'stale_generation' || code === 'stream_ended' || code === 'show_deleted') return code;
  return status === 410 ? 'show_deleted' : 'out_of_step';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  let body = '';
  response.setEncoding('utf8');
  for await (const text of response) if (body.length < PROBLEM_CHARS) body += String(text);
  return body;
}
