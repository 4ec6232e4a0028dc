import type { Query } from '#bus';
import type { ShowFacts } from '#contracts';
import type { KnownKey } from '../keys/verify-key.ts';

/** A show that a key opens. */
export interface OpenableShow {
  showId: string;
  shopId: string;
}

/** Shows announced for more than this ago are opened only when nothing lies ahead. */
const LATE = '6 hours';

/** Keeps what ingest must know of a show; older versions than the stored one change nothing. */
export async function rememberShow(query: Query, show: ShowFacts, version: number): Promise<void> {
  await query(
    `INSERT INTO shows (show_id, shop_id, host_id, series_id, state, starts_at, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (show_id) DO UPDATE
       SET shop_id = $2, host_id = $3, series_id = $4, state = $5, starts_at = $6, version = $7
       WHERE shows.version < $7`,
    [show.showId, show.shopId, show.hostId, show.seriesId, show.state, show.startsAt, version],
  );
}

/** The show that `key` opens: its host's live one, else the next scheduled, else one that is long overdue. */
export async function showOfKey(query: Query, key: KnownKey): Promise<OpenableShow | undefined> {
  const [row] = await query<{ show_id: string; shop_id: string }>(
    `SELECT show_id, shop_id FROM shows
      WHERE shop_id = $1 AND host_id = $2 AND ($3::uuid IS NULL OR series_id = $3)
        AND state IN ('live', 'paused', 'scheduled')
      ORDER BY state = 'scheduled', starts_at < now() - interval '${LATE}',
               CASE WHEN starts_at < now() - interval '${LATE}' THEN now() - starts_at ELSE starts_at - now() END
      LIMIT 1`,
    [key.shopId, key.hostId, key.seriesId],
  );
  return row && { showId: row.show_id, shopId: row.shop_id };
}

/** The shop of a show, if ingest knows the show. */
export async function shopOfShow(query: Query, showId: string): Promise<string | undefined> {
  const [row] = await query<{ shop_id: string }>('SELECT shop_id FROM shows WHERE show_id = $1', [showId]);
  return row?.shop_id;
}
