import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from '#process';
import { Journal, readJournal } from './journal.ts';
import { LiveStream } from './live-stream.ts';
import { recoverStream } from './recover-stream.ts';
import { ShowStream } from './show-stream.ts';
import type { SegmentKeeper } from './show-stream.ts';
import { Spool } from './spool.ts';

const SHOW_ID = /^[0-9a-f-]{36}$/;

/** All streams that have files in the spool, one object each. */
export class StreamShelf {
  private readonly folder: string;
  private readonly keeper: SegmentKeeper;
  private readonly logger: Logger;
  private readonly streams = new Map<string, Promise<ShowStream>>();
  private readonly added = new Set<(stream: ShowStream) => void>();

  constructor(folder: string, keeper: SegmentKeeper, logger: Logger) {
    this.folder = folder;
    this.keeper = keeper;
    this.logger = logger;
  }

  /** Reads back every stream of a former run of this process. */
  async recover(): Promise<void> {
    const names = await readdir(this.folder).catch(() => [] as string[]);
    for (const showId of names.filter((name) => SHOW_ID.test(name))) await this.find(showId);
  }

  /** The stream of a show, or undefined when it has none here. */
  async find(showId: string): Promise<ShowStream | undefined> {
    const open = this.streams.get(showId);
    if (open) return open;
    if (!SHOW_ID.test(showId)) return undefined;
    const exists = await stat(this.spoolOf(showId).journalPath).then(
      () => true,
      () => false,
    );
    return exists ? this.openOrCreate(showId) : undefined;
  }

  /** The stream of a show, made when there is none. */
  openOrCreate(showId: string): Promise<ShowStream> {
    const open = this.streams.get(showId);
    if (open) return open;
    const opening = this.load(showId);
    this.streams.set(showId, opening);
    opening.catch(() => this.streams.delete(showId));
    return opening;
  }

  /** Calls back for every stream, those that are here and those to come. */
  onStream(listener: (stream: ShowStream) => void): void {
    this.added.add(listener);
    for (const stream of this.streams.values()) void stream.then(listener, () => undefined);
  }

  async all(): Promise<ShowStream[]> {
    return Promise.all(this.streams.values());
  }

  /** Forgets a stream; with `remove` its files too. */
  async drop(showId: string, remove: boolean): Promise<void> {
    const stream = await this.streams.get(showId);
    this.streams.delete(showId);
    await stream?.stop();
    if (remove) await this.spoolOf(showId).remove();
  }

  async stop(): Promise<void> {
    for (const showId of this.streams.keys()) await this.drop(showId, false);
  }

  spoolOf(showId: string): Spool {
    return new Spool(join(this.folder, showId));
  }

  private async load(showId: string): Promise<ShowStream> {
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
    const stream = new ShowStream(rows, spool, await Journal.open(spool.journalPath), this.keeper);
    if (entries.length > 0) await this.takeUp(stream, cutBytes);
    for (const listener of this.added) listener(stream);
    return stream;
  }

  private async takeUp(stream: ShowStream, cutBytes: number): Promise<void> {
    const { cuts, toKeep } = await recoverStream(stream.rows, stream.spool);
    if (cuts.length > 0) await stream.commit(cuts, true);
    for (const { rendition, name } of toKeep) stream.keepFile(rendition, name);
    const { showId, highestMsn } = stream.rows;
    this.logger.info({ showId, highestMsn, cutBytes, cuts: cuts.length }, 'stream taken up from disk');
  }
}
