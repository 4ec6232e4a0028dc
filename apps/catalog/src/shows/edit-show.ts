import { showDeleted, type InputOf, type ShowView, type updateShowEndpoint } from '#contracts';
import type { Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource, type EntityManager } from 'typeorm';
import { defined } from '../access/defined.ts';
import { Show } from '../database/entities/show.entity.ts';
import { removePlansOf } from '../sale-plans/remove-plan.ts';
import { PAST_ALLOWED_MS, seriesFor } from './create-show.ts';
import { lockShow, moveShow, saveShow } from './move-show.ts';
import { shopNameOf, showView } from './show-view.ts';

type Fault = 'show_not_found' | 'show_state' | 'series_not_found' | 'starts_in_past';
export type EditShowOutcome =
  | { ok: true; show: ShowView }
  | { ok: false; code: Fault }
  | { ok: false; code: 'conflict'; version: number };

/** A show's words and settings, and its deletion. */
export class EditShow {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  async update({ params, body }: InputOf<typeof updateShowEndpoint>): Promise<EditShowOutcome> {
    const { version, startsAt, ...words } = body;
    const now = this.clock.now();
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, params.showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      if (show.version !== version) return { ok: false, code: 'conflict', version: show.version };
      const changes = {
        ...defined(words),
        ...(startsAt === undefined ? {} : { startsAt: new Date(startsAt) }),
      };
      const fault = await faultOf(tx, show, changes, now);
      if (fault) return { ok: false, code: fault };
      Object.assign(show, changes);
      await saveShow(tx, query, show);
      // who lets a rehearsal go live with its picture, while there is one, wants it live
      if (show.state === 'scheduled' && show.goLive === 'on_publish' && show.streamState === 'on') {
        await moveShow(tx, query, show, 'go_live', new Date(now));
      }
      return { ok: true, show: showView(show, await shopNameOf(tx, show.shopId), true) };
    });
  }

  /** Deletes a show that is not on air; its sale plans go with it. */
  async remove(showId: string): Promise<{ ok: true } | { ok: false; code: 'show_not_found' | 'show_state' }> {
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      if (show.state === 'live' || show.state === 'paused') return { ok: false, code: 'show_state' };
      show.deletedAt = new Date(this.clock.now());
      show.posterHash = null;
      await saveShow(tx, query, show, showDeleted);
      await removePlansOf(tx, query, showId, show.deletedAt);
      return { ok: true };
    });
  }
}

/** Why `changes` cannot be made now: what viewers and keys rely on is fixed once the show was live. */
async function faultOf(
  tx: EntityManager,
  show: Show,
  changes: { startsAt?: Date; goLive?: string; seriesId?: string },
  now: number,
): Promise<Fault | undefined> {
  const { startsAt, goLive, seriesId } = changes;
  const moved = startsAt !== undefined && startsAt.getTime() !== show.startsAt.getTime();
  const changed =
    moved || (goLive ?? show.goLive) !== show.goLive || (seriesId ?? show.seriesId) !== show.seriesId;
  if (changed && show.state !== 'scheduled') return 'show_state';
  if (moved && startsAt.getTime() < now - PAST_ALLOWED_MS) return 'starts_in_past';
  if (seriesId !== undefined && !(await seriesFor(tx, show.shopId, seriesId))) return 'series_not_found';
  return undefined;
}
