import type { LiveStream } from './live-stream.ts';
import type { Journal } from './journal.ts';
import { mediaNames } from './media-names.ts';
import type { JournalEntry } from './media-rows.ts';
import { Mutex } from './mutex.ts';
import { RecentParts } from './recent-parts.ts';
import type { Spool } from './spool.ts';

/** What changed: the renditions that have more or less than before, or the phase of the whole stream. */
export interface StreamChange {
  renditions: ReadonlySet<string>;
  /** A segment was completed. */
  segmentEnded: boolean;
  phase: boolean;
}

/** Takes closed segments into the object store, in its own time. */
export interface SegmentKeeper {
  keep(showId: string, rendition: string, name: string): void;
}

/** Why a writer is turned away. */
export type WriterRefusal = { kind: 'stale generation'; generation: number } | { kind: 'stream ended' };

/** A show's media with the files behind it: what writers change and readers read. One per show and process. */
export class ShowStream {
  readonly rows: LiveStream;
  readonly spool: Spool;
  readonly recent = new RecentParts();
  private readonly journal: Journal | undefined;
  private readonly keeper: SegmentKeeper;
  private readonly turns = new Mutex();
  private readonly listeners = new Set<(change: StreamChange) => void>();
  private stopped = false;

  /** A stream without a journal is a recording: it has ended and never changes. */
  constructor(rows: LiveStream, spool: Spool, journal: Journal | undefined, keeper: SegmentKeeper) {
    if (!journal && rows.phase !== 'ended')
      throw new Error(`stream ${rows.showId} is on air and has no journal`);
    this.rows = rows;
    this.spool = spool;
    this.journal = journal;
    this.keeper = keeper;
  }

  /** It was read from the store, where everything of it is. */
  get isRecording(): boolean {
    return this.journal === undefined;
  }

  get showId(): string {
    return this.rows.showId;
  }

  /**
   * Runs a writer's change when its turn comes, unless another writer has taken over. A higher generation takes over by
   * its first request: it is on the disk before anything of it is answered.
   */
  async write<T>(generation: number, change: () => Promise<T>): Promise<T | WriterRefusal> {
    return this.turns.run(async () => {
      if (generation < this.rows.generation) {
        return { kind: 'stale generation', generation: this.rows.generation } as const;
      }
      if (this.rows.phase === 'ended') return { kind: 'stream ended' } as const;
      if (this.stopped) throw new Error(`stream ${this.showId} is being closed`);
      if (generation > this.rows.generation) await this.takeOver(generation);
      return change();
    });
  }

  /** Runs a change of the origin's own when its turn comes. */
  async change<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run(work);
  }

  /** Records entries, then makes them true, then tells the readers. Only inside `write` or `change`. */
  async commit(entries: readonly JournalEntry[], durable = false): Promise<void> {
    if (!this.journal) throw new Error(`recording ${this.showId} cannot change`);
    await this.journal.append(entries, durable);
    const renditions = new Set<string>();
    for (const entry of entries) {
      this.rows.apply(entry);
      if ('r' in entry) renditions.add(entry.r);
    }
    const phase = entries.some(({ t }) => t === 'phase');
    const segmentEnded = entries.some(({ t }) => t === 'end');
    for (const listener of this.listeners) listener({ renditions, segmentEnded, phase });
  }

  /** Ends the segments that are open (all, or one rendition's): they get no further part. */
  async closeOpenSegments(only?: string): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for (const { name, segments } of this.rows.renditions.values()) {
      const newest = segments.at(-1);
      if (!newest || newest.closed || (only !== undefined && only !== name)) continue;
      await this.spool.finish(name);
      entries.push({ t: 'end', r: name, msn: newest.msn });
    }
    return entries;
  }

  /** Hands the segments that `entries` ended to the store. After the commit, so that a crash between loses nothing. */
  keepEnded(entries: readonly JournalEntry[]): void {
    for (const entry of entries) {
      if (entry.t !== 'end') continue;
      const segment = this.rows.segment(entry.r, entry.msn);
      if (segment) this.keeper.keep(this.showId, entry.r, mediaNames.segment(segment.run, segment.msn));
    }
  }

  keepFile(rendition: string, name: string): void {
    this.keeper.keep(this.showId, rendition, name);
  }

  onChange(listener: (change: StreamChange) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Releases files; waits for the change under way. Writers are turned away from then on. */
  async stop(): Promise<void> {
    await this.turns.run(async () => {
      if (this.stopped) return;
      this.stopped = true;
      await this.spool.finishAll();
      await this.journal?.close();
    });
  }

  private async takeOver(generation: number): Promise<void> {
    const ended = await this.closeOpenSegments();
    const floor = this.rows.highestMsn + 1;
    await this.commit([...ended, { t: 'generation', generation, floor }], true);
    this.keepEnded(ended);
  }
}
