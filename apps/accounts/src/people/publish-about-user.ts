import { addToOutbox, makeEvent, type Query } from '#bus';
import type { EventDefinition } from '#contracts';
import type { z } from 'zod';

/** Publishes `event` about `userId` with the next version of that user, in the caller's transaction. */
export async function publishAboutUser<T extends EventDefinition>(
  query: Query,
  event: T,
  userId: string,
  data: z.input<T['data']>,
  causeId: string | null = null,
): Promise<void> {
  const [user] = await query<{ version: number }>(
    'UPDATE users SET version = version + 1 WHERE user_id = $1 RETURNING version',
    [userId],
  );
  if (!user) throw new Error(`user ${userId} vanished under an event about them`);
  await addToOutbox(query, makeEvent(event, { aggregateId: userId, version: user.version, causeId, data }));
}
