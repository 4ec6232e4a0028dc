import { lockKey, type Query } from '#bus';
import type { Address } from '#contracts';

/** Orders further apart than this do not travel together. */
const SAME_PARCEL_HOURS = 24;

interface Asked {
  buyerId: string;
  showId: string | null;
  address: Address;
}

/** Names a parcel: one buyer's goods of one show to one address. */
export function parcelKey(buyerId: string, showId: string | null, address: Address): string {
  return `${buyerId} ${showId ?? ''} ${addressKey(address)}`;
}

/**
 * Which of the asked-for parcels have an order already that waits to be sent. Two orders of one buyer and show at once
 * are looked at one after the other, so that not both are the first.
 */
export async function findParcels(query: Query, asked: readonly Asked[]): Promise<Set<string>> {
  const inShows = asked.filter((one) => one.showId !== null);
  if (inShows.length === 0) return new Set();
  const locks = [...new Set(inShows.map((one) => lockKey(`parcel:${one.buyerId}:${one.showId}`)))];
  await query('SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key ORDER BY key', [locks]);
  const rows = await query<{ buyerId: string; showId: string; address: Address }>(
    `SELECT DISTINCT o.buyer_id AS "buyerId", o.show_id AS "showId", o.address
     FROM orders o JOIN (SELECT DISTINCT * FROM unnest($1::uuid[], $2::uuid[])) AS a (buyer_id, show_id)
       ON a.buyer_id = o.buyer_id AND a.show_id = o.show_id
     WHERE o.state IN ('placed', 'committed', 'paid')
       AND o.placed_at > clock_timestamp() - make_interval(hours => $3)`,
    [inShows.map((one) => one.buyerId), inShows.map((one) => one.showId), SAME_PARCEL_HOURS],
  );
  return new Set(rows.map((row) => parcelKey(row.buyerId, row.showId, row.address)));
}

function addressKey({ name, line1, line2 = '', postalCode = '', city, country }: Address): string {
  return [name, line1, line2, postalCode, city, country].join('|').toLowerCase();
}
