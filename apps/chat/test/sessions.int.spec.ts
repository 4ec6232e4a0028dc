import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { makeEvent } from '#bus';
import {
  closeReasons,
  mayComeBack,
  membershipChanged,
  sessionRevoked,
  showDeleted,
  showUpdated,
  userBanned,
} from '#contracts';
import { newId } from '#process';
import type { RunningService } from '#service';
import { startTcpProxy, testIdentity, tokenOf, type TcpProxy } from '#testing';
import { hostOf, startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

let chat: ChatHarness;
let one: RunningService;
let two: RunningService;
let show: TestShow;

beforeAll(async () => {
  chat = await startHarness();
  [one, two] = await Promise.all([chat.startGateway(), chat.startGateway()]);
  show = await chat.makeShow();
}, 60_000);
afterAll(() => chat.stop());

const gone = (client: TestClient) => client.until('it was closed', () => client.socket.disconnected);

describe('a socket lives as long as its token (protocols 16)', () => {
  it('is closed when the token ends, with a reason that says to come back', async () => {
    const ada = testIdentity({ expiresAt: Date.now() + 3_000 });
    const client = await TestClient.connect(one, { as: ada });
    expect(await client.join(show.showId)).toMatchObject({ you: { tokenEndsAt: expect.any(Number) } });
    await client.until('the warning came', () => client.pushes.some(({ type }) => type === 'token_ending'));
    await gone(client);
    expect(client.bye).toMatchObject({ reason: 'token_expired', code: closeReasons.token_expired });
    expect(mayComeBack(client.bye?.code ?? 0)).toBe(true);
  });

  it('lives on with a fresh token of the same account, and of no other', async () => {
    const ada = testIdentity({ expiresAt: Date.now() + 3_000 });
    const client = await TestClient.connect(one, { as: ada });
    await client.join(show.showId);
    const other = await tokenOf(testIdentity());
    expect(await client.send({ op: 'auth', token: other })).toMatchObject({ ok: false, code: 'conflict' });
    expect(await client.send({ op: 'auth', token: 'forged' })).toMatchObject({
      ok: false,
      code: 'unauthenticated',
    });
    const fresh = await tokenOf({ ...ada, expiresAt: Date.now() + 3_600_000 });
    expect(await client.send({ op: 'auth', token: fresh })).toEqual({ ok: true });
    const witness = await TestClient.connect(one, { as: testIdentity({ expiresAt: Date.now() + 4_000 }) });
    await gone(witness);
    expect(client.socket.connected).toBe(true);
    expect(await client.say(show.showId, 'still here')).toMatchObject({ ok: true });
  });

  it('is closed at once by log-out, on whichever gateway, but only that session', async () => {
    const ada = testIdentity();
    const phone = { ...ada, sessionId: newId() };
    const [desk, mobile] = [
      await TestClient.connect(two, { as: ada }),
      await TestClient.connect(one, { as: phone }),
    ];
    await Promise.all([desk.join(show.showId), mobile.join(show.showId)]);
    const data = { userId: ada.userId, sessionId: ada.sessionId, reason: 'logged_out' as const };
    await chat.publish(makeEvent(sessionRevoked, { aggregateId: ada.userId, version: 1, data }));
    await gone(desk);
    expect(desk.bye).toMatchObject({ reason: 'signed_out' });
    expect(mayComeBack(desk.bye?.code ?? 0)).toBe(false);
    expect(mobile.socket.connected).toBe(true);
    const again = await TestClient.connect(two, { as: ada });
    await gone(again);
    expect(again.bye).toMatchObject({ reason: 'token_invalid' });
  });

  it('is closed when staff ban the account from the platform', async () => {
    const ada = testIdentity();
    const clients = await Promise.all([one, two].map((service) => TestClient.connect(service, { as: ada })));
    await Promise.all(clients.map((client) => client.join(show.showId)));
    const data = { userId: ada.userId, bannedAt: new Date().toISOString() };
    await chat.publish(makeEvent(userBanned, { aggregateId: ada.userId, version: 1, data }));
    await Promise.all(clients.map(gone));
    expect(clients.map(({ bye }) => bye?.reason)).toEqual(['banned', 'banned']);
  });

  it('is closed when the account lost its place in the shop, to come back as what it is now', async () => {
    const host = testIdentity({ shops: [{ shopId: show.shopId, role: 'host' }] });
    const client = await TestClient.connect(two, { as: host });
    await client.join(show.showId);
    const data = { userId: host.userId, shopId: show.shopId, role: null };
    await chat.publish(makeEvent(membershipChanged, { aggregateId: host.userId, version: 1, data }));
    await gone(client);
    expect(client.bye).toMatchObject({ reason: 'membership_changed' });
    expect(mayComeBack(client.bye?.code ?? 0)).toBe(true);
  });
});

describe('a gateway that was away', () => {
  let lonely: RunningService;
  let way: TcpProxy;

  beforeAll(async () => {
    way = await startTcpProxy(chat.nats.url);
    lonely = await chat.startGateway({ NATS_URL: way.through(chat.nats.url) });
  }, 60_000);
  afterAll(async () => {
    await lonely.stop();
    await way.stop();
  });

  it('hears of a log-out once NATS is back', async () => {
    const ada = testIdentity();
    const client = await TestClient.connect(lonely, { as: ada });
    await client.join(show.showId);
    way.cut();
    const data = { userId: ada.userId, sessionId: ada.sessionId, reason: 'logged_out' as const };
    await chat.publish(makeEvent(sessionRevoked, { aggregateId: ada.userId, version: 1, data }));
    way.mend();
    await gone(client);
    expect(client.bye).toMatchObject({ reason: 'signed_out' });
  });

  it('puts out whom a room banned meanwhile', async () => {
    const ada = testIdentity();
    const host = await TestClient.connect(one, { as: hostOf(show) });
    await host.join(show.showId);
    const client = await TestClient.connect(lonely, { as: ada });
    await client.join(show.showId);
    way.cut();
    const ban = { type: 'ban', userId: ada.userId };
    const frame = { op: 'command', showId: show.showId, id: newId(), command: ban };
    expect(await host.send(frame)).toMatchObject({ ok: true });
    way.mend();
    await gone(client);
    expect(client.bye).toMatchObject({ reason: 'banned' });
  });

  it('knows from its start which sessions ended lately', async () => {
    const ada = testIdentity();
    const data = { userId: ada.userId, sessionId: ada.sessionId, reason: 'logged_out' as const };
    await chat.publish(makeEvent(sessionRevoked, { aggregateId: ada.userId, version: 1, data }));
    const fresh = await chat.startGateway();
    const client = await TestClient.connect(fresh, { as: ada });
    await gone(client);
    expect(client.bye).toMatchObject({ reason: 'token_invalid' });
  });
});

describe('a gateway with more to greet than it can', () => {
  it('tells some when to come back, shuts the others out, and goes on serving', async () => {
    const narrow = await chat.startGateway({ CHAT_CONNECTIONS_PER_S: '8', CHAT_SOCKETS: '3' });
    const seated = await Promise.all([1, 2, 3].map(() => TestClient.connect(narrow)));
    for (const client of seated) expect(await client.join(show.showId)).toMatchObject({ ok: true });
    const late = await Promise.allSettled(Array.from({ length: 8 }, () => TestClient.connect(narrow)));
    const told = late.flatMap((knock) => (knock.status === 'fulfilled' ? [knock.value] : []));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(late.length);
    for (const client of told) {
      await gone(client);
      expect(client.bye).toMatchObject({ reason: 'overloaded', code: closeReasons.overloaded });
      expect(client.bye?.retryAfterMs).toBeGreaterThanOrEqual(2_000);
    }
    expect(mayComeBack(closeReasons.overloaded)).toBe(true);
    expect(seated.map(({ socket }) => socket.connected)).toEqual([true, true, true]);
  });
});

describe('a show that closes its doors', () => {
  const change = async (which: TestShow, event: typeof showUpdated | typeof showDeleted, parts = {}) =>
    chat.publish(
      makeEvent(event, { aggregateId: which.showId, version: 20, data: { ...which.facts, ...parts } }),
    );

  it('puts out strangers when it becomes private, and keeps the people of the shop', async () => {
    const closing = await chat.makeShow();
    const member = testIdentity({ shops: [{ shopId: closing.shopId, role: 'moderator' }] });
    const [insider, stranger] = [
      await TestClient.connect(one, { as: member }),
      await TestClient.connect(two),
    ];
    for (const client of [insider, stranger])
      expect(await client.join(closing.showId)).toMatchObject({ ok: true });
    await change(closing, showUpdated, { visibility: 'private' });
    await gone(stranger);
    expect(stranger.bye).toMatchObject({ reason: 'show_gone' });
    expect(await insider.say(closing.showId, 'among ourselves')).toMatchObject({ ok: true });
  });

  it('puts everybody out when it is deleted', async () => {
    const closing = await chat.makeShow();
    const viewers = [await TestClient.connect(one), await TestClient.connect(two)];
    for (const client of viewers) expect(await client.join(closing.showId)).toMatchObject({ ok: true });
    await change(closing, showDeleted);
    await Promise.all(viewers.map(gone));
    expect(viewers.map(({ bye }) => bye?.reason)).toEqual(['show_gone', 'show_gone']);
    const late = await TestClient.connect(one);
    expect(await late.join(closing.showId)).toMatchObject({ ok: false, code: 'not_found' });
  });
});

describe('who connects', () => {
  it('may use the session cookie only from our own pages', async () => {
    const ada = testIdentity();
    const cookie = `sf_session=${await tokenOf(ada)}`;
    const foreign = await TestClient.connect(one, { headers: { cookie, origin: 'https://evil.example' } });
    await gone(foreign);
    expect(foreign.bye).toMatchObject({ reason: 'origin_not_allowed' });
    const without = await TestClient.connect(one, { headers: { cookie } });
    await gone(without);
    const own = await TestClient.connect(one, { headers: { cookie, origin: 'http://localhost:8080' } });
    expect(await own.join(show.showId)).toMatchObject({ you: { userId: ada.userId } });
  });

  it('may watch without a token, and with an old cookie, but not write', async () => {
    const cookie = `sf_session=${await tokenOf(testIdentity({ expiresAt: Date.now() - 1_000 }))}`;
    const old = await TestClient.connect(one, { headers: { cookie, origin: 'http://localhost:8080' } });
    expect(await old.join(show.showId)).toMatchObject({ ok: true, you: { userId: null, mayWrite: false } });
    expect(await old.say(show.showId, 'hello')).toMatchObject({ ok: false, code: 'unauthenticated' });
  });

  it('is told when a token does not count, or the protocol is another', async () => {
    const forged = await TestClient.connect(one, { token: 'not.a.token' });
    await gone(forged);
    expect(forged.bye).toMatchObject({ reason: 'token_invalid' });
    const old = await TestClient.connect(one, { v: 0 });
    await gone(old);
    expect(old.bye).toMatchObject({ reason: 'protocol_version' });
    expect(await fetch(`${one.url}/live/?EIO=4&transport=polling`)).toMatchObject({ ok: false });
  });

  it('sees a private show only as one of the shop', async () => {
    const hidden = await chat.makeShow({ visibility: 'private' });
    const stranger = await TestClient.connect(one, { as: testIdentity() });
    expect(await stranger.join(hidden.showId)).toMatchObject({ ok: false, code: 'not_found' });
    const member = testIdentity({ shops: [{ shopId: hidden.shopId, role: 'moderator' }] });
    const insider = await TestClient.connect(one, { as: member });
    expect(await insider.join(hidden.showId)).toMatchObject({ ok: true });
  });

  it('may not open sockets without end', async () => {
    const ada = testIdentity();
    const token = await tokenOf(ada);
    const clients = await Promise.all(Array.from({ length: 21 }, () => TestClient.connect(one, { token })));
    const outcomes = await Promise.all(
      clients.map((client) => Promise.race([client.join(show.showId), gone(client)])),
    );
    expect(outcomes.filter((joined) => joined?.ok)).toHaveLength(20);
    const closed = clients.filter((client) => client.bye?.reason === 'too_many_sockets');
    expect(closed).toHaveLength(1);
    for (const client of clients) client.close();
  });
});
