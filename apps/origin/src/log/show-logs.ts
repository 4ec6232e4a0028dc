import type { LogEntry } from '#contracts';
import type { DateRange } from '#hls';
import type { ObjectStore } from '#storage';
import type { ShowStream } from '../streams/show-stream.ts';
import { ShowLog } from './show-log.ts';

/** The logs of all shows that are in memory; each goes with its stream. */
export class ShowLogs {
  private readonly store: ObjectStore;
  private readonly opening = new WeakMap<ShowStream, Promise<ShowLog>>();
  private readonly open = new WeakMap<ShowStream, ShowLog>();
  private readonly listeners = new Set<(stream: ShowStream) => void>();

  constructor(store: ObjectStore) {
    this.store = store;
  }

  /** The log of a show. Throws when the store is away. */
  async of(stream: ShowStream): Promise<ShowLog> {
    const known = this.opening.get(stream);
    if (known) return known;
    const opening = this.read(stream);
    this.opening.set(stream, opening);
    opening.catch(() => this.opening.delete(stream));
    return opening;
  }

  /** The date ranges known at this moment; those of a log that has not been read yet come a moment later. */
  dateRanges(stream: ShowStream): readonly DateRange[] {
    return this.open.get(stream)?.dateRanges ?? [];
  }

  async add(stream: ShowStream, entries: readonly LogEntry[]): Promise<number> {
    const added = await (await this.of(stream)).add(entries);
    if (added > 0) this.tell(stream);
    return added;
  }

  /** Calls back when a show's date ranges have changed. */
  onChange(listener: (stream: ShowStream) => void): void {
    this.listeners.add(listener);
  }

  private async read(stream: ShowStream): Promise<ShowLog> {
    const log = await ShowLog.open(stream, this.store);
    this.open.set(stream, log);
    if (log.last > 0) this.tell(stream);
    return log;
  }

  private tell(stream: ShowStream): void {
    for (const listener of this.listeners) listener(stream);
  }
}
