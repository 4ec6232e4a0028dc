import { addToOutbox, inTransaction, makeEvent } from '#bus';
import { streamRefused } from '#contracts';
import type { Pool } from 'pg';
import type { Refusal } from './check-codecs.ts';

/** Keeps why a publisher was turned away, for the studio, and tells those who are listening. */
export async function recordRefusal(
  pool: Pool,
  about: { keyId: string; showId: string; shopId: string },
  { reason, advice }: Refusal,
): Promise<void> {
  const { keyId, showId, shopId } = about;
  await inTransaction(pool, async (query) => {
    await query(
      `INSERT INTO refusals (show_id, reason, advice) VALUES ($1, $2, $3)
       ON CONFLICT (show_id) DO UPDATE SET reason = $2, advice = $3, refused_at = now()`,
      [showId, reason, advice],
    );
    const data = { keyId, shopId, showId, reason, advice };
    await addToOutbox(query, makeEvent(streamRefused, { aggregateId: keyId, version: Date.now(), data }));
  });
}
