import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { makeEvent, queryOf, type Query } from '#bus';
import {
  callEndpoint,
  getSnapshotEndpoint,
  listLinesEndpoint,
  listLogEndpoint,
  stockRanLow,
  streamHealthChanged,
  streamRefused,
  userErased,
  type HostCommand,
} from '#contracts';
import { newId } from '#process';
import type { RunningService } from '#service';
import { testIdentity } from '#testing';
import pg from 'pg';
import { hostOf, startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

let chat: ChatHarness;
let one: RunningService;
let two: RunningService;
let pool: pg.Pool;
let query: Query;
let show: TestShow;
let host: TestClient;

beforeAll(async () => {
  chat = await startHarness();
  [one, two] = await Promise.all([chat.startGateway(), chat.startGateway()]);
  pool = new pg.Pool({ connectionString: chat.databaseUrl, max: 1 });
  query = queryOf(pool);
}, 60_000);
afterAll(async () => {
  await pool.end();
  await chat.stop();
});
beforeEach(async () => {
  show = await chat.makeShow();
  host = await sit(one, hostOf(show));
});

async function sit(at: RunningService, as?: Parameters<typeof testIdentity>[0]): Promise<TestClient> {
  const client = await TestClient.connect(at, as ? { as: testIdentity(as) } : {});
  expect(await client.join(show.showId)).toMatchObject({ ok: true });
  return client;
}

const order = (command: HostCommand) =>
  host.send({ op: 'command', showId: show.showId, id: newId(), command });

/** Everything that the database holds, as text. */
async function everything(): Promise<string> {
  const tables = await query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema()`,
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await query<{ row: string }>(`SELECT t::text AS row FROM "${name}" t`);
    texts.push(...rows.map(({ row }) => `${name}: ${row}`));
  }
  return texts.join('\n');
}

describe('somebody who deleted their account', () => {
  it('is in no room, replay or record any more; only what was reported stays, without a name', async () => {
    const zoe = testIdentity({ displayName: 'Zoe Zimmer' });
    const { showId, shopId } = show;
    const [author, bo] = [await sit(two, zoe), await sit(one, testIdentity())];
    await author.say(showId, 'my secret question');
    await bo.until('it was heard', () => bo.texts.includes('my secret question'));
    const lineId = bo.lines[0]?.id ?? '';
    await bo.send({ op: 'say', showId, key: newId(), text: 'an answer to that', replyTo: lineId });
    await bo.send({ op: 'report', showId, lineId, reason: 'spam' });
    await order({ type: 'pin_line', lineId });
    const elsewhere = await chat.makeShow({ shopId });
    const there = await TestClient.connect(two, { as: zoe });
    await there.join(elsewhere.showId);
    await there.say(elsewhere.showId, 'a secret in another show');
    await order({ type: 'timeout', userId: zoe.userId, seconds: 600 });
    expect(await everything()).toMatch(/Zoe Zimmer/);

    const data = { userId: zoe.userId, erasedAt: new Date().toISOString() };
    await chat.publish(makeEvent(userErased, { aggregateId: zoe.userId, version: 1, data }));
    await bo.until('the room forgot them', () =>
      bo.ticks.some((tick) =>
        tick.critical?.some((entry) => entry.type === 'user_cleared' && entry.data.userId === zoe.userId),
      ),
    );
    const kept = (await everything()).split('\n').filter((row) => /Zoe|secret/.test(row));
    expect(kept).toEqual([expect.stringMatching(/^report: (?!.*Zoe)/)]);
    const params = { showId };
    const snapshot = await callEndpoint(fetch, two.url, getSnapshotEndpoint, { params });
    expect(JSON.stringify(snapshot)).not.toMatch(/Zoe|secret/);
    const log = await callEndpoint(fetch, one.url, listLogEndpoint, { params, query: {} });
    expect(JSON.stringify(log)).not.toMatch(/Zoe|secret/);
    const lines = await callEndpoint(fetch, one.url, listLinesEndpoint, { params, query: {} });
    if (!lines.ok) throw new Error('no lines');
    expect(lines.body.items.map(({ line }) => line.text)).toEqual(['an answer to that']);
    // What keeps them out stays, by id; so does that somebody was reported.
    expect(await query('SELECT kind FROM sanction WHERE user_id = $1', [zoe.userId])).toEqual([
      { kind: 'timeout' },
    ]);
  });
});

describe('an open desk', () => {
  it('is told of the stream, of encoders turned away and of low stock; nobody else is', async () => {
    const { showId, shopId } = show;
    const viewer = await sit(one, testIdentity());
    const stranger = await chat.makeShow();
    const other = await TestClient.connect(one, { as: hostOf(stranger) });
    await other.join(stranger.showId);
    await other.send({ op: 'desk', showId: stranger.showId, open: true });
    expect(await host.send({ op: 'desk', showId, open: true })).toEqual({ ok: true });
    const advice = [
      { code: 'no_audio' as const, level: 'warning' as const, text: 'Your stream has no sound.' },
    ];
    const streamId = newId();
    const low = {
      shopId,
      variantId: newId(),
      productId: show.productIds[0] ?? '',
      title: 'Mug',
      available: 2,
      threshold: 5,
    };
    const refusal = {
      keyId: newId(),
      shopId,
      showId,
      reason: 'no_video' as const,
      advice: 'Send a picture.',
    };
    await chat.publish(
      makeEvent(streamHealthChanged, {
        aggregateId: streamId,
        version: 1,
        data: { streamId, showId, shopId, advice },
      }),
      makeEvent(streamRefused, { aggregateId: refusal.keyId, version: 1, data: refusal }),
      makeEvent(streamRefused, {
        aggregateId: refusal.keyId,
        version: 2,
        data: { ...refusal, showId: null },
      }),
      makeEvent(stockRanLow, { aggregateId: low.variantId, version: 1, data: low }),
    );
    await host.until(
      'all was told',
      () =>
        host.desks.some((desk) => desk.advice) &&
        host.desks.filter((desk) => desk.refused).length === 2 &&
        host.desks.some((desk) => desk.lowStock),
    );
    expect(host.desks.find((desk) => desk.advice)?.advice).toEqual(advice);
    expect(host.desks.find((desk) => desk.refused)?.refused).toMatchObject({ reason: 'no_video' });
    expect(host.desks.find((desk) => desk.lowStock)?.lowStock).toMatchObject([
      { title: 'Mug', available: 2 },
    ]);
    expect(viewer.desks).toEqual([]);
    expect(other.desks.filter((desk) => desk.advice || desk.refused || desk.lowStock)).toEqual([]);
  });
});
