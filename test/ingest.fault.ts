import { makeEvent } from '#bus';
import { membershipChanged, userBanned } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { usePublishers } from '../apps/ingest/test/use-publishers.ts';

/** What is promised: whoever may publish no more is off the air by then. */
const CUT_WITHIN_MS = 2_000;
const ROUNDS = 5;

const at = usePublishers();
type OnAir = Awaited<ReturnType<typeof at.onAir>>;

describe('a publisher is off the air within two seconds after', () => {
  it.each<[string, (stream: OnAir) => Promise<unknown>]>([
    [
      'the key was revoked at another process',
      ({ key }) =>
        at.harness.pool.query('UPDATE stream_keys SET revoked_at = now() WHERE key_id = $1', [key.keyId]),
    ],
    [
      'the host was banned',
      ({ show: { hostId: userId } }) => {
        const data = { userId, bannedAt: new Date().toISOString() };
        return at.harness.bus.publish(makeEvent(userBanned, { aggregateId: userId, version: 1, data }));
      },
    ],
    [
      'the host lost the shop',
      ({ show: { hostId: userId, shopId } }) => {
        const data = { userId, shopId, role: null };
        return at.harness.bus.publish(
          makeEvent(membershipChanged, { aggregateId: userId, version: 1, data }),
        );
      },
    ],
  ])('%s', async (_what, happens) => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const stream = await at.onAir();
      const toldAt = performance.now();
      await happens(stream);
      await stream.client.closed;
      expect(performance.now() - toldAt).toBeLessThan(CUT_WITHIN_MS);
    }
  });
});
