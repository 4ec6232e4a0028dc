import type { Query } from '#bus';
import type { StreamKeyView } from '#contracts';
import { newId } from '#process';
import { isBarred } from './host-standing.ts';
import { makeSecret, type NewSecret } from './secret.ts';

/** More than any shop needs; a bound against scripts. */
const MAX_KEYS_PER_SHOP = 100;

interface Row {
  key_id: string;
  shop_id: string;
  host_id: string;
  series_id: string | null;
  label: string;
  ending: string;
  created_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

const COLUMNS = 'key_id, shop_id, host_id, series_id, label, ending, created_at, last_used_at, revoked_at';

export interface KeyOwner {
  shopId: string;
  hostId: string;
  seriesId: string | undefined;
  label: string;
}

export type CreatedKey = { key: StreamKeyView; secret: NewSecret };

/** Makes a key, unless the shop has too many or accounts has taken publishing away from the host meanwhile. */
export async function createStreamKey(
  query: Query,
  owner: KeyOwner,
): Promise<CreatedKey | 'too_many' | 'barred'> {
  if (await isBarred(query, owner.hostId, owner.shopId)) return 'barred';
  const secret = makeSecret();
  const [row] = await query<Row>(
    `INSERT INTO stream_keys (key_id, shop_id, host_id, series_id, label, secret_hash, ending)
     SELECT $1, $2, $3, $4, $5, $6, $7
      WHERE (SELECT count(*) FROM stream_keys WHERE shop_id = $2 AND revoked_at IS NULL) < ${MAX_KEYS_PER_SHOP}
     RETURNING ${COLUMNS}`,
    [newId(), owner.shopId, owner.hostId, owner.seriesId ?? null, owner.label, secret.hash, secret.ending],
  );
  return row ? { key: viewOf(row), secret } : 'too_many';
}

/** A shop's keys, newest first; revoked ones are shown for thirty days. */
export async function listStreamKeys(query: Query, shopId: string): Promise<StreamKeyView[]> {
  const rows = await query<Row>(
    `SELECT ${COLUMNS} FROM stream_keys
      WHERE shop_id = $1 AND (revoked_at IS NULL OR revoked_at > now() - interval '30 days')
      ORDER BY key_id DESC LIMIT ${2 * MAX_KEYS_PER_SHOP}`,
    [shopId],
  );
  return rows.map(viewOf);
}

/** Gives a key a new secret; the old one counts no more. */
export async function rotateStreamKey(
  query: Query,
  shopId: string,
  keyId: string,
): Promise<CreatedKey | 'not_found' | 'revoked'> {
  const secret = makeSecret();
  const [row] = await query<Row>(
    `UPDATE stream_keys SET secret_hash = $3, ending = $4
      WHERE shop_id = $1 AND key_id = $2 AND revoked_at IS NULL RETURNING ${COLUMNS}`,
    [shopId, keyId, secret.hash, secret.ending],
  );
  if (row) return { key: viewOf(row), secret };
  const [revoked] = await query('SELECT 1 FROM stream_keys WHERE shop_id = $1 AND key_id = $2', [
    shopId,
    keyId,
  ]);
  return revoked ? 'revoked' : 'not_found';
}

/** Ends a key for good; repeating it changes nothing. False when the shop has no such key. */
export async function revokeStreamKey(query: Query, shopId: string, keyId: string): Promise<boolean> {
  const [row] = await query(
    `UPDATE stream_keys SET revoked_at = coalesce(revoked_at, now())
      WHERE shop_id = $1 AND key_id = $2 RETURNING key_id`,
    [shopId, keyId],
  );
  return row !== undefined;
}

function viewOf(row: Row): StreamKeyView {
  return {
    keyId: row.key_id,
    shopId: row.shop_id,
    hostId: row.host_id,
    seriesId: row.series_id,
    label: row.label,
    ending: row.ending,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
