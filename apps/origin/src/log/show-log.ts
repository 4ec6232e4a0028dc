import { LogEntry } from '#contracts';
import type { DateRange } from '#hls';
import type { ObjectStore } from '#storage';
import { mkdir, readFile, appendFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { storeKeys } from '../streams/media-names.ts';
import { Mutex } from '../streams/mutex.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import { dateRangesOf } from './log-ranges.ts';

/** Most entries kept of one show: three hours with one every half second. */
const ENTRIES_MAX = 20_000;

const StoredLog = z.object({ entries: z.array(LogEntry) });

/**
 * The show-log entries that playlists show. While on air they are lines of a file in the spool; at the end they go to the
 * store, where later ones are added too.
 */
export class ShowLog {
  private readonly stream: ShowStream;
  private readonly store: ObjectStore;
  private readonly turns = new Mutex();
  private entries: LogEntry[] = [];
  private ranges: readonly DateRange[] = [];
  private stored = false;

  private constructor(stream: ShowStream, store: ObjectStore) {
    this.stream = stream;
    this.store = store;
  }

  /** Reads what is known of a show. */
  static async open(stream: ShowStream, store: ObjectStore): Promise<ShowLog> {
    const log = new ShowLog(stream, store);
    log.stored = stream.isRecording;
    log.take(log.stored ? await log.readStore() : await log.readSpool());
    return log;
  }

  /** In order of their number. */
  get all(): readonly LogEntry[] {
    return this.entries;
  }

  /** The entries as date ranges, in order of programme time. */
  get dateRanges(): readonly DateRange[] {
    return this.ranges;
  }

  /** Number of the newest entry, 0 before the first. */
  get last(): number {
    return this.entries.at(-1)?.seq ?? 0;
  }

  /** Adds entries that are not there yet; gives back how many those were. */
  async add(entries: readonly LogEntry[]): Promise<number> {
    return this.turns.run(async () => {
      const known = new Set(this.entries.map(({ seq }) => seq));
      const fresh = entries.filter(({ seq }) => !known.has(seq)).slice(0, ENTRIES_MAX - this.entries.length);
      if (fresh.length === 0) return 0;
      if (this.stored) await this.writeStore([...this.entries, ...fresh]);
      else
        await appendFile(await this.spoolFile(), fresh.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
      this.take([...this.entries, ...fresh]);
      return fresh.length;
    });
  }

  /** The show is over: the log lives in the store from now on. */
  async finish(): Promise<void> {
    await this.turns.run(async () => {
      await this.writeStore(this.entries);
      this.stored = true;
    });
  }

  private take(entries: readonly LogEntry[]): void {
    this.entries = [...new Map(entries.map((entry) => [entry.seq, entry])).values()].toSorted(
      (a, b) => a.seq - b.seq,
    );
    this.ranges = dateRangesOf(this.entries);
  }

  private async readSpool(): Promise<LogEntry[]> {
    const text = await readFile(await this.spoolFile(), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
    // A last line that a crash cut short comes again: its sender was never told that it arrived.
    return text.split('\n').flatMap((line) => {
      const parsed = LogEntry.safeParse(parseJson(line));
      return parsed.success ? [parsed.data] : [];
    });
  }

  private async readStore(): Promise<LogEntry[]> {
    const bytes = await this.store.get(storeKeys.log(this.stream.showId));
    return bytes ? StoredLog.parse(JSON.parse(Buffer.from(bytes).toString('utf8'))).entries : [];
  }

  private async writeStore(entries: readonly LogEntry[]): Promise<void> {
    const bytes = Buffer.from(JSON.stringify({ entries }));
    await this.store.put(storeKeys.log(this.stream.showId), bytes, 'application/json');
  }

  private async spoolFile(): Promise<string> {
    const path = this.stream.spool.pathOf('.log', 'entries.ndjson');
    await mkdir(dirname(path), { recursive: true });
    return path;
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
