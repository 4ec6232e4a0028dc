import { makeEvent } from '#bus';
import {
  createStreamKeyEndpoint,
  listStreamKeysEndpoint,
  membershipChanged,
  userBanned,
  userErased,
  userUnbanned,
  type ShopRole,
} from '#contracts';
import { newId } from '#process';
import { testIdentity } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { until } from './ingest-harness.ts';
import { BAD_NAME, START, usePublishers } from './use-publishers.ts';

const at = usePublishers();
let version = 0;

describe('a host who lost the shop', () => {
  it.each<[string, ShopRole | null]>([
    ['as a member', null],
    ['as a moderator, who may not publish', 'moderator'],
  ])('%s is cut, and the key opens nothing again', async (_how, role) => {
    const { client, key, show } = await at.onAir();
    const other = await at.onAir();
    await tellMembership(show.hostId, show.shopId, role);
    await client.closed;
    await revoked(key.keyId);
    expect(await tryKey(key.streamKey)).toBe(BAD_NAME);
    expect(other.client.isClosed).toBe(false);
    expect(at.harness.ingest.parts.publishers.find(other.streamId)).toBeDefined();
  });

  it('is cut at every process', async () => {
    const { show, key } = await at.withShow();
    const node = await at.harness.startNode();
    try {
      const client = await node.connect();
      await at.publish(client, key.streamKey);
      await tellMembership(show.hostId, show.shopId, null);
      await client.closed;
      expect(node.ingest.parts.publishers.count).toBe(0);
    } finally {
      await node.stop();
    }
  });

  it('goes on when the new role may publish too', async () => {
    const { client, key, show } = await at.onAir();
    await tellMembership(show.hostId, show.shopId, 'merchant');
    await tellMembership(show.hostId, newId(), null);
    await known(show.hostId, version);
    expect(client.isClosed).toBe(false);
    client.destroy();
    expect(await tryKey(key.streamKey)).toBe(START);
  });

  it('gets no new key with a token from before, and one when the shop takes them back', async () => {
    const host = testIdentity({ shops: [{ shopId: at.harness.shopId, role: 'host' }] });
    const create = () =>
      at.harness.call(createStreamKeyEndpoint, { params: { shopId: at.harness.shopId }, body: {} }, host);
    await at.harness.pool.query(
      `INSERT INTO host_standing (user_id, shop_id, may_publish, version) VALUES ($1, $2, false, 1)`,
      [host.userId, at.harness.shopId],
    );
    expect(await create()).toMatchObject({ problem: { code: 'forbidden' } });
    await tellMembership(host.userId, at.harness.shopId, 'host');
    await known(host.userId, version);
    // The token from before the change counts no more; a fresh one does.
    const fresh = { ...host, sessionId: newId() };
    await until(async () => {
      const answer = await at.harness.call(
        createStreamKeyEndpoint,
        { params: { shopId: at.harness.shopId }, body: {} },
        fresh,
      );
      return answer.ok;
    });
  });

  it('loses nothing by old news that arrive late', async () => {
    const { client, key, show } = await at.onAir();
    const late = version + 1;
    version += 2;
    await tellMembership(show.hostId, show.shopId, 'host', version);
    await known(show.hostId, version);
    await tellMembership(show.hostId, show.shopId, null, late);
    // What is told next is handled next: once it is recorded, the old news have been.
    await tellMembership(show.hostId, newId(), null);
    await known(show.hostId, version);
    expect(client.isClosed).toBe(false);
    client.destroy();
    expect(await tryKey(key.streamKey)).toBe(START);
    const { rows } = await at.harness.pool.query('SELECT revoked_at FROM stream_keys WHERE key_id = $1', [
      key.keyId,
    ]);
    expect(rows).toEqual([{ revoked_at: null }]);
  });
});

describe('a host who was banned', () => {
  it('is cut in every shop; after the ban, old keys stay revoked', async () => {
    const { client, key, show } = await at.onAir();
    await tell(userBanned, { userId: show.hostId, bannedAt: new Date().toISOString() });
    await client.closed;
    await revoked(key.keyId);
    expect(await tryKey(key.streamKey)).toBe(BAD_NAME);
    const listed = await at.harness.call(
      listStreamKeysEndpoint,
      { params: { shopId: show.shopId } },
      at.harness.host,
    );
    expect(listed).toMatchObject({
      body: {
        items: expect.arrayContaining([
          expect.objectContaining({ keyId: key.keyId, revokedAt: expect.any(String) }),
        ]),
      },
    });
    await tell(userUnbanned, { userId: show.hostId });
    await known(show.hostId, version);
    expect(await tryKey(key.streamKey)).toBe(BAD_NAME);
  });

  it('is cut and kept out while the database is away, and before it has recorded the ban', async () => {
    const { client, key, show } = await at.onAir();
    at.harness.database.cut();
    try {
      await tell(userBanned, { userId: show.hostId, bannedAt: new Date().toISOString() });
      await client.closed;
      expect(await tryKey(key.streamKey)).toBe(BAD_NAME);
    } finally {
      at.harness.database.mend();
    }
    expect(await tryKey(key.streamKey)).toBe(BAD_NAME);
  });
});

describe('a person who was erased', () => {
  it('leaves no key that works', async () => {
    const { client, key, show } = await at.onAir();
    await tell(userErased, { userId: show.hostId, erasedAt: new Date().toISOString() });
    await client.closed;
    await revoked(key.keyId);
    expect(await tryKey(key.streamKey)).toBe(BAD_NAME);
  });
});

async function tellMembership(
  userId: string,
  shopId: string,
  role: ShopRole | null,
  told = ++version,
): Promise<void> {
  const data = { userId, shopId, role };
  await at.harness.bus.publish(makeEvent(membershipChanged, { aggregateId: userId, version: told, data }));
}

async function tell<T extends typeof userBanned | typeof userUnbanned | typeof userErased>(
  event: T,
  data: Parameters<typeof makeEvent<T>>[1]['data'] & { userId: string },
): Promise<void> {
  version += 1;
  await at.harness.bus.publish(makeEvent(event, { aggregateId: data.userId, version, data }));
}

/** Resolves when ingest has recorded what accounts told as `told`. */
async function known(userId: string, told: number): Promise<void> {
  await until(async () => {
    const { rows } = await at.harness.pool.query(
      'SELECT 1 FROM host_standing WHERE user_id = $1 AND version >= $2',
      [userId, told],
    );
    return rows.length > 0;
  });
}

async function revoked(keyId: string): Promise<void> {
  await until(async () => {
    const { rows } = await at.harness.pool.query(
      'SELECT 1 FROM stream_keys WHERE key_id = $1 AND revoked_at IS NOT NULL',
      [keyId],
    );
    return rows.length > 0;
  });
}

/** What a fresh connection with this key is answered; it leaves at once. */
async function tryKey(streamKey: string): Promise<string> {
  const client = await at.harness.connect();
  const answer = await client.publish(streamKey);
  client.destroy();
  return answer;
}
