import type { ShowView } from '#contracts';
import type { Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource, LessThan } from 'typeorm';
import { Show } from '../database/entities/show.entity.ts';
import { lockShow, moveShow } from './move-show.ts';
import { shopNameOf, showView } from './show-view.ts';

export type AirOutcome =
  { ok: true; show: ShowView } | { ok: false; code: 'show_not_found' | 'show_state' | 'show_not_publishing' };

/** A show whose picture stays away this long is over: its host forgot to end it. */
const LONGEST_PAUSE_MS = 2 * 3_600_000;
const SWEEP_BATCH = 50;

/** What the host does to a show on air. */
export class AirShow {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Puts a rehearsed show on air; one that is on air already stays so. */
  async goLive(showId: string): Promise<AirOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      if (show.state === 'ended') return { ok: false, code: 'show_state' };
      if (show.state === 'scheduled') {
        if (show.streamState !== 'on') return { ok: false, code: 'show_not_publishing' };
        await moveShow(tx, query, show, 'go_live', new Date(this.clock.now()));
      }
      return { ok: true, show: showView(show, await shopNameOf(tx, show.shopId), true) };
    });
  }

  /** Ends a show on air; one that is over stays so. A scheduled one is deleted rather than ended. */
  async end(showId: string): Promise<AirOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      if (show.state === 'scheduled') return { ok: false, code: 'show_state' };
      if (show.state !== 'ended') await moveShow(tx, query, show, 'end', new Date(this.clock.now()));
      return { ok: true, show: showView(show, await shopNameOf(tx, show.shopId), true) };
    });
  }

  /** Ends shows whose picture has been away for hours; gives how many. */
  async endForgotten(): Promise<number> {
    const before = LessThan(new Date(this.clock.now() - LONGEST_PAUSE_MS));
    const found = await this.database.manager.find(Show, {
      where: { state: 'paused', pausedAt: before },
      take: SWEEP_BATCH,
    });
    for (const { showId } of found) {
      await withTransaction(this.database, async (tx, query) => {
        const show = await lockShow(tx, showId);
        const still = show?.state === 'paused' && this.clock.now() - Number(show.pausedAt) > LONGEST_PAUSE_MS;
        if (show && still) await moveShow(tx, query, show, 'end', new Date(this.clock.now()));
      });
    }
    return found.length;
  }
}
