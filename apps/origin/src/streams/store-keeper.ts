import type { Logger } from '#process';
import type { ObjectStore } from '#storage';
import { storeKeys } from './media-names.ts';
import type { SegmentKeeper } from './show-stream.ts';

/** Files on their way to the store at the same time. */
const PARALLEL = 4;

/** Waits between tries while the store is away. */
const FIRST_RETRY_MS = 200;
const LAST_RETRY_MS = 10_000;

interface Errand {
  showId: string;
  rendition: string;
  name: string;
}

/**
 * Brings closed segments from the local disk into the object store, and tries again until it has. A file that is still in
 * the spool is one the store does not have: nothing else has to be remembered over a restart.
 */
export class StoreKeeper implements SegmentKeeper {
  private readonly store: ObjectStore;
  private readonly pathOf: (showId: string, rendition: string, name: string) => string;
  private readonly logger: Logger;
  private readonly queue: Errand[] = [];
  private readonly pending = new Map<string, number>();
  private readonly idle = new Map<string, (() => void)[]>();
  private readonly running = new Map<Errand, Promise<void>>();
  private retryMs = 0;
  private failures = 0;
  private stopped = false;

  constructor(
    store: ObjectStore,
    pathOf: (showId: string, rendition: string, name: string) => string,
    logger: Logger,
  ) {
    this.store = store;
    this.pathOf = pathOf;
    this.logger = logger;
  }

  keep(showId: string, rendition: string, name: string): void {
    this.queue.push({ showId, rendition, name });
    this.pending.set(showId, (this.pending.get(showId) ?? 0) + 1);
    this.pump();
  }

  /** Files that wait, of all shows. */
  get backlog(): number {
    return this.queue.length + this.running.size;
  }

  /** Resolves when the store has everything of a show that was handed over so far. */
  async whenKept(showId: string): Promise<void> {
    if (!this.pending.has(showId)) return;
    await new Promise<void>((resolve) => {
      this.idle.set(showId, [...(this.idle.get(showId) ?? []), resolve]);
    });
  }

  /** Carries nothing more of a deleted show; resolves when what was on its way has arrived or failed. */
  async forget(showId: string): Promise<void> {
    for (let at = this.queue.length - 1; at >= 0; at--) {
      if (this.queue[at]?.showId === showId) this.queue.splice(at, 1);
    }
    const carried = [...this.running].filter(([errand]) => errand.showId === showId);
    await Promise.all(carried.map(([, carrying]) => carrying));
    this.queue.splice(0, this.queue.length, ...this.queue.filter((errand) => errand.showId !== showId));
    this.settle(showId);
  }

  /** Lets what is on its way arrive and begins nothing more. */
  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.running.values());
  }

  private pump(): void {
    while (!this.stopped && this.running.size < PARALLEL && this.retryMs === 0) {
      const errand = this.queue.shift();
      if (!errand) return;
      const carrying = this.carry(errand).finally(() => {
        this.running.delete(errand);
        this.pump();
      });
      this.running.set(errand, carrying);
    }
  }

  private async carry(errand: Errand): Promise<void> {
    const { showId, rendition, name } = errand;
    try {
      await this.store.putFile(
        storeKeys.media(showId, rendition, name),
        this.pathOf(showId, rendition, name),
        'video/mp4',
      );
      this.failures = 0;
      this.done(showId);
    } catch (err) {
      if (isGone(err)) return this.done(showId);
      this.queue.unshift(errand);
      this.backOff(err);
    }
  }

  private done(showId: string): void {
    const left = (this.pending.get(showId) ?? 1) - 1;
    if (left > 0) {
      this.pending.set(showId, left);
      return;
    }
    this.settle(showId);
  }

  private settle(showId: string): void {
    this.pending.delete(showId);
    for (const resolve of this.idle.get(showId) ?? []) resolve();
    this.idle.delete(showId);
  }

  private backOff(err: unknown): void {
    if (this.retryMs > 0) return;
    this.retryMs = Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(6, this.failures++));
    this.logger.warn(
      { err, waiting: this.backlog, retryMs: this.retryMs },
      'the object store takes no segments',
    );
    setTimeout(() => {
      this.retryMs = 0;
      this.pump();
    }, this.retryMs).unref();
  }
}

/** The file is not in the spool any more: it was kept before, or its show was deleted meanwhile. */
function isGone(err: unknown): boolean {
  for (let at: unknown = err; at instanceof Error; at = at.cause) {
    if ((at as NodeJS.ErrnoException).code === 'ENOENT') return true;
  }
  return false;
}
