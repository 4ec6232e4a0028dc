import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { boundedCache } from '#process';
import type { Logger } from '#process';
import { Journal, readJournal } from './journal.ts';
import { LiveStream } from './live-stream.ts';
import { recoverStream } from './recover-stream.ts';
import { ShowStream } from './show-stream.ts';
import type { SegmentKeeper } from './show-stream.ts';
import { Spool } from './spool.ts';

/** Finished shows whose list of segments stays in memory: about 100 kB an hour and rendition each. */
const RECORDINGS_IN_MEMORY = 100;

/** How long "there is no such recording" is believed; players ask for a show that is about to begin again and again. */
const ABSENT_FOR_MS = 2_000;
const ABSENT_IN_MEMORY = 1_000;

const SHOW_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export interface StreamShelfOptions {
  /** Folder with one spool per show on air. */
  folder: string;
  keeper: SegmentKeeper;
  logger: Logger;
  /** Reads a finished show from the store. */
  loadRecording: (showId: string) => Promise<LiveStream | undefined>;
}

/** All shows that have media: those on air with their spools, and recordings as they are asked for. */
export class StreamShelf {
  private readonly options: StreamShelfOptions;
  private readonly onAir = new Map<string, Promise<ShowStream>>();
  private readonly recorded = boundedCache<Promise<ShowStream | undefined>>(RECORDINGS_IN_MEMORY);
  private readonly absent = boundedCache<number>(ABSENT_IN_MEMORY);
  private readonly listeners = new Set<(stream: ShowStream) => void>();

  constructor(options: StreamShelfOptions) {
    this.options = options;
  }

  /** Reads back every stream of a former run of this process. */
  async recover(): Promise<void> {
    const names = await readdir(this.options.folder).catch(() => [] as string[]);
    for (const showId of names.filter((name) => SHOW_ID.test(name))) await this.openSpooled(showId);
  }

  /** The media of a show, on air or recorded; undefined when it has none. */
  async find(showId: string): Promise<ShowStream | undefined> {
    const live = this.onAir.get(showId);
    if (live) return live;
    if (!SHOW_ID.test(showId)) return undefined;
    return (await this.openSpooled(showId)) ?? this.findRecorded(showId);
  }

  /** The stream that a writer writes to, made when the show has no media yet. */
  async openOrCreate(showId: string): Promise<ShowStream> {
    return (await this.find(showId)) ?? this.load(showId);
  }

  /** Calls back for every stream on air, those that are here and those to come. */
  onStream(listener: (stream: ShowStream) => void): void {
    this.listeners.add(listener);
    for (const stream of this.onAir.values()) void stream.then(listener, () => undefined);
  }

  /** The streams on air. */
  async all(): Promise<ShowStream[]> {
    return Promise.all(this.onAir.values());
  }

  /**
   * Turns a stream whose recording is stored into that recording: its spool goes. It stays the stream on air until the
   * spool is gone, or somebody who asks in between would read half a spool as a stream of its own.
   */
  async retire(stream: ShowStream): Promise<void> {
    const { showId } = stream;
    await stream.stop();
    await stream.spool.remove();
    this.recorded.set(showId, Promise.resolve(stream));
    this.onAir.delete(showId);
  }

  /** Forgets a show and removes its files from the local disk. */
  async remove(showId: string): Promise<void> {
    const stream = await this.onAir.get(showId)?.catch(() => undefined);
    await stream?.stop();
    if (SHOW_ID.test(showId)) await this.spoolOf(showId).remove();
    this.onAir.delete(showId);
    this.recorded.delete(showId);
  }

  async stop(): Promise<void> {
    for (const [showId, stream] of this.onAir) {
      this.onAir.delete(showId);
      await (await stream.catch(() => undefined))?.stop();
    }
  }

  private async openSpooled(showId: string): Promise<ShowStream | undefined> {
    const known = this.onAir.get(showId);
    if (known) return known;
    const exists = await stat(this.spoolOf(showId).journalPath).then(
      () => true,
      () => false,
    );
    return exists ? this.load(showId) : undefined;
  }

  private async findRecorded(showId: string): Promise<ShowStream | undefined> {
    const known = this.recorded.get(showId);
    if (known) return known;
    if ((this.absent.get(showId) ?? 0) > Date.now()) return undefined;
    const loading = this.loadRecorded(showId);
    this.recorded.set(showId, loading);
    void this.forgetUnlessFound(showId, loading);
    return loading;
  }

  private async forgetUnlessFound(showId: string, loading: Promise<ShowStream | undefined>): Promise<void> {
    try {
      if (await loading) return;
      this.absent.set(showId, Date.now() + ABSENT_FOR_MS);
    } catch {
      // Whoever asked is told; the next one asks the store again.
    }
    this.recorded.delete(showId);
  }

  private async loadRecorded(showId: string): Promise<ShowStream | undefined> {
    const rows = await this.options.loadRecording(showId);
    return rows && new ShowStream(rows, this.spoolOf(showId), undefined, this.options.keeper);
  }

  private load(showId: string): Promise<ShowStream> {
    const known = this.onAir.get(showId);
    if (known) return known;
    const opening = this.openFolder(showId);
    this.onAir.set(showId, opening);
    opening.catch(() => this.onAir.delete(showId));
    return opening;
  }

  private async openFolder(showId: string): Promise<ShowStream> {
    const { keeper, logger } = this.options;
    const spool = this.spoolOf(showId);
    await spool.prepare();
    const rows = new LiveStream(showId);
    const { entries, cutBytes } = await readJournal(spool.journalPath).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return { entries: [], cutBytes: 0 };
        throw error;
      },
    );
    for (const entry of entries) rows.apply(entry);
    const stream = new ShowStream(rows, spool, await Journal.open(spool.journalPath), keeper);
    if (entries.length > 0) {
      const { cuts, toKeep } = await recoverStream(rows, spool);
      if (cuts.length > 0) await stream.commit(cuts, true);
      for (const { rendition, name } of toKeep) stream.keepFile(rendition, name);
      logger.info(
        { showId, highestMsn: rows.highestMsn, cutBytes, cuts: cuts.length },
        'stream taken up from disk',
      );
    }
    for (const listener of this.listeners) listener(stream);
    return stream;
  }

  private spoolOf(showId: string): Spool {
    return new Spool(join(this.options.folder, showId));
  }
}
