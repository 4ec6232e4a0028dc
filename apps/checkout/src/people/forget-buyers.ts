import { startConsumer, type Bus, type Consumer, type Query } from '#bus';
import { userErased } from '#contracts';
import type { Logger } from '#process';
import type { Pool } from 'pg';

/** Orders that came to nothing: no sale, so no record that the law asks for. */
const NEVER_SOLD = "('payment_failed', 'expired', 'cancelled')";

/**
 * Forgets people who deleted their account. Of an order that was sold its record stays, with name and address as on an
 * invoice; what only served to talk to the buyer goes: e-mail, telephone, display name, note, words to search by. An
 * order that came to nothing keeps its figures and its country. Waits end and no other follows; holds run out by themselves.
 */
export async function forgetBuyer(query: Query, buyerId: string): Promise<void> {
  await query(
    `UPDATE orders SET buyer_name = '', note = '', search = '',
       address = CASE WHEN state IN ${NEVER_SOLD} AND paid_at IS NULL
         THEN jsonb_build_object('name', '-', 'line1', '-', 'city', '-', 'country', country)
         ELSE address - 'email' - 'phone' END
     WHERE buyer_id = $1`,
    [buyerId],
  );
  await query(
    `UPDATE waitlist SET state = 'left', ended_at = clock_timestamp() WHERE buyer_id = $1 AND state = 'waiting'`,
    [buyerId],
  );
  await query(`UPDATE waitlist SET settled = true WHERE buyer_id = $1 AND state = 'promoted'`, [buyerId]);
}

/** Hears of erased accounts for as long as the process lives. */
export function followErasures(parts: { bus: Bus; pool: Pool; logger: Logger }): Promise<Consumer> {
  return startConsumer({
    ...parts,
    durable: 'checkout-erasures',
    events: [userErased],
    handle: ({ data }, query) => forgetBuyer(query, data.userId),
  });
}
