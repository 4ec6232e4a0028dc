import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  addPlatformWordEndpoint,
  addWordEndpoint,
  askUnbanEndpoint,
  callEndpoint,
  decideReportEndpoint,
  decideUnbanEndpoint,
  followShopEndpoint,
  getPersonEndpoint,
  listChatAuditEndpoint,
  listChatRolesEndpoint,
  listLinesEndpoint,
  listQueueEndpoint,
  listReportsEndpoint,
  listSanctionsEndpoint,
  listUnbanRequestsEndpoint,
  listWordsEndpoint,
  personModerated,
  removeChatRoleEndpoint,
  removeWordEndpoint,
  SayReply,
  setChatRoleEndpoint,
  type CallResult,
  type Endpoint,
  type FrameReply,
  type HostCommand,
  type Identity,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { listen } from '#bus';
import { createLogger, newId } from '#process';
import type { RunningService } from '#service';
import { testIdentity, tokenOf } from '#testing';
import { hostOf, startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

let chat: ChatHarness;
let one: RunningService;
let two: RunningService;
let show: TestShow;
let hannah: Identity;
let host: TestClient;

beforeAll(async () => {
  chat = await startHarness();
  [one, two] = await Promise.all([chat.startGateway(), chat.startGateway()]);
}, 60_000);
afterAll(() => chat.stop());

beforeEach(async () => {
  show = await chat.makeShow();
  hannah = hostOf(show);
  host = await sit(hannah, one);
});

async function sit(as: Identity | undefined, at: RunningService = two): Promise<TestClient> {
  const client = await TestClient.connect(at, as ? { as } : {});
  expect(await client.join(show.showId)).toMatchObject({ ok: true });
  return client;
}

const order = (command: HostCommand, by: TestClient = host): Promise<FrameReply> =>
  by.send({ op: 'command', showId: show.showId, id: newId(), command });

async function call<T extends Endpoint>(
  endpoint: T,
  request: RequestOf<T>,
  as: Identity,
): Promise<CallResult<ReplyOf<T>>> {
  const headers = { authorization: `Bearer ${await tokenOf(as)}` };
  return callEndpoint(fetch, two.url, endpoint, request, { headers });
}

async function ok<T extends Endpoint>(endpoint: T, request: RequestOf<T>, as: Identity): Promise<ReplyOf<T>> {
  const result = await call(endpoint, request, as);
  if (!result.ok) throw new Error(`${endpoint.name} was refused: ${JSON.stringify(result.problem)}`);
  return result.body;
}

describe('restrictions', () => {
  it('a timeout keeps somebody from writing, says until when, and is over by itself', async () => {
    const ada = testIdentity();
    const client = await sit(ada);
    await order({ type: 'timeout', userId: ada.userId, seconds: 2, reason: 'calm down' });
    await client.until('they were told', () => client.pushes.some(({ type }) => type === 'muted'));
    expect(client.pushes.find(({ type }) => type === 'muted')).toMatchObject({ reason: 'calm down' });
    const refused = await client.say(show.showId, 'why?');
    expect(refused).toMatchObject({ ok: false, code: 'muted', retryAfterMs: expect.any(Number) });
    const other = await sit(ada, one);
    await other.until('the room is there', () => other.snapshots.length > 0);
    const later = await eventually(() => client.say(show.showId, 'I am calm'));
    expect(later).toMatchObject({ ok: true });
  });

  it('a timeout that is lifted is over for whoever asks once they are told', async () => {
    const ada = testIdentity();
    const client = await sit(ada);
    for (let round = 1; round <= 5; round += 1) {
      await order({ type: 'timeout', userId: ada.userId, seconds: 600 });
      await client.until('they were told', () => told('muted') === round);
      expect(await client.join(show.showId)).toMatchObject({ you: { mutedUntil: expect.any(Number) } });
      await order({ type: 'lift', userId: ada.userId });
      await client.until('they were told', () => told('unmuted') === round);
      expect(await client.join(show.showId)).toMatchObject({ you: { mutedUntil: null, mayWrite: true } });
    }
    function told(type: 'muted' | 'unmuted'): number {
      return client.pushes.filter((push) => push.type === type).length;
    }
  });

  it('a ban closes every socket in the rooms of the shop, and keeps them out until it is lifted', async () => {
    const ada = testIdentity();
    const clients = await Promise.all([sit(ada, one), sit(ada, two)]);
    const nextDoor = await chat.makeShow({ shopId: show.shopId });
    const there = await TestClient.connect(one, { as: ada });
    expect(await there.join(nextDoor.showId)).toMatchObject({ ok: true });
    clients.push(there);
    expect(await order({ type: 'ban', userId: ada.userId, reason: 'scam' })).toMatchObject({ ok: true });
    await Promise.all(
      clients.map((client) => client.until('it was closed', () => client.socket.disconnected)),
    );
    expect(clients.map(({ bye }) => bye?.reason)).toEqual(['banned', 'banned', 'banned']);
    const back = await TestClient.connect(two, { as: ada });
    expect(await back.join(show.showId)).toMatchObject({ ok: false, code: 'chat_banned' });
    const sister = await chat.makeShow({ shopId: show.shopId });
    expect(await back.join(sister.showId)).toMatchObject({ ok: false, code: 'chat_banned' });
    const elsewhere = await chat.makeShow();
    expect(await back.join(elsewhere.showId)).toMatchObject({ ok: true });
    expect(await order({ type: 'lift', userId: ada.userId })).toMatchObject({ ok: true });
    expect(await order({ type: 'lift', userId: ada.userId })).toMatchObject({
      ok: false,
      code: 'not_restricted',
    });
    await expect(eventually(() => back.join(show.showId))).resolves.toMatchObject({ ok: true });
  });

  it('a shadow ban looks like nothing to the person, and is seen by moderators only', async () => {
    const ada = testIdentity({ displayName: 'Troll' });
    const [troll, phone, bystander] = await Promise.all([sit(ada), sit(ada, one), sit(undefined)]);
    await host.send({ op: 'desk', showId: show.showId, open: true });
    await order({ type: 'shadow_ban', userId: ada.userId });
    const said = await troll.say(show.showId, 'nobody reads this');
    expect(said).toMatchObject({ ok: true, state: 'sent' });
    await phone.until('their other device shows it', () => phone.pushes.some(({ type }) => type === 'echo'));
    await host.until('moderators see it', () =>
      host.desks.some((desk) => desk.lines?.[0]?.state === 'shadowed'),
    );
    const after = await sit(testIdentity());
    await after.say(show.showId, 'hello all');
    await bystander.until('others are heard', () => bystander.texts.includes('hello all'));
    expect(bystander.texts).toEqual(['hello all']);
    expect(troll.pushes.some(({ type }) => type === 'muted')).toBe(false);
    const replay = await ok(listLinesEndpoint, { params: { showId: show.showId } }, hannah);
    expect(replay.items.map(({ line }) => line.text)).toEqual(['hello all']);
  });

  it('cannot be used against the host, or against oneself', async () => {
    const moderator = testIdentity({ shops: [{ shopId: show.shopId, role: 'moderator' }] });
    const client = await sit(moderator);
    expect(await order({ type: 'ban', userId: show.hostId }, client)).toMatchObject({ code: 'forbidden' });
    expect(await order({ type: 'ban', userId: moderator.userId }, client)).toMatchObject({
      code: 'forbidden',
    });
    expect(await order({ type: 'pin', productId: show.productIds[0] ?? '' }, client)).toMatchObject({
      code: 'forbidden',
    });
  });

  it('are told to other processes', async () => {
    const heard: unknown[] = [];
    const logger = createLogger({ process: 'test', level: 'silent' });
    const follower = listen({
      bus: chat.bus,
      logger,
      events: [personModerated],
      handle: ({ data }) => heard.push(data),
    });
    const ada = testIdentity();
    await order({ type: 'timeout', userId: ada.userId, seconds: 60 });
    await eventually(async () => ({ ok: heard.length > 0 }));
    expect(heard[0]).toMatchObject({
      userId: ada.userId,
      shopId: show.shopId,
      act: 'timeout',
      byId: hannah.userId,
    });
    await follower.stop();
  });
});

describe('lines', () => {
  it('are deleted everywhere: live, for who comes later, and in the replay', async () => {
    const [ada, bo] = [await sit(testIdentity()), await sit(undefined, one)];
    const said = await ada.say(show.showId, 'my phone number is ...');
    if (!('lineId' in said)) throw new Error('the line was refused');
    await bo.until('the line came', () => bo.texts.length === 1);
    const lineId = String(said.lineId);
    const cy = await sit(testIdentity());
    await cy.send({ op: 'say', showId: show.showId, key: newId(), text: 'careful!', replyTo: lineId });
    await bo.until('the answer came', () => bo.lines.at(-1)?.replyTo?.id === lineId);
    await order({ type: 'pin_line', lineId });
    expect(await order({ type: 'delete_lines', lineIds: [lineId], reason: 'personal data' })).toMatchObject({
      ok: true,
    });
    await bo.until('the deletion came', () =>
      bo.ticks.some((tick) => tick.critical?.some((entry) => entry.type === 'lines_deleted')),
    );
    const late = await sit(undefined);
    await late.until('the snapshot came', () => late.snapshots.length > 0);
    // Neither the line nor what others quote of it.
    expect(late.snapshots[0]).toMatchObject({ lines: [{ text: 'careful!' }], pinnedLine: null });
    expect(JSON.stringify(late.snapshots)).not.toContain('my phone number');
    const replay = await ok(listLinesEndpoint, { params: { showId: show.showId } }, hannah);
    expect(replay.items.map(({ line }) => line.text)).toEqual(['careful!']);
    expect(JSON.stringify(replay)).not.toContain('my phone number');
    expect(await order({ type: 'delete_lines', lineIds: [newId()] })).toMatchObject({
      code: 'line_not_found',
    });
  });

  it('of the last ten minutes of one person are cleared at once', async () => {
    const ada = testIdentity();
    const [troll, bo] = [await sit(ada), await sit(testIdentity(), one)];
    await troll.say(show.showId, 'one');
    await troll.say(show.showId, 'two');
    await bo.say(show.showId, 'peace');
    await order({ type: 'ban', userId: ada.userId, clear: true });
    const late = await sit(undefined);
    await late.until('the snapshot came', () => late.snapshots.length > 0);
    expect(late.texts).toEqual(['peace']);
  });

  it('with links wait for a moderator; shown, they come where people read now', async () => {
    const [ada, bo] = [await sit(testIdentity()), await sit(testIdentity(), one)];
    await host.send({ op: 'desk', showId: show.showId, open: true });
    const held = await ada.say(show.showId, 'I found it at example.com');
    expect(held).toMatchObject({ ok: true, state: 'held' });
    await ada.until('they were told', () => ada.pushes.some(({ type }) => type === 'line_held'));
    await host.until('moderators see it', () => host.desks.some((desk) => desk.lines?.[0]?.why === 'link'));
    await bo.say(show.showId, 'something else');
    const queue = await ok(listQueueEndpoint, { params: { showId: show.showId } }, hannah);
    expect(queue.items).toMatchObject([
      { line: { text: 'I found it at example.com' }, state: 'held', why: 'link' },
    ]);
    const lineId = queue.items[0]?.line.id ?? '';
    expect(await order({ type: 'approve_line', lineId })).toMatchObject({ ok: true });
    await bo.until('the line came', () => bo.texts.length === 2);
    expect(bo.texts).toEqual(['something else', 'I found it at example.com']);
    expect(await order({ type: 'approve_line', lineId })).toMatchObject({ code: 'already_decided' });
    expect(await order({ type: 'reject_line', lineId })).toMatchObject({ code: 'already_decided' });
    await ada.until('they heard', () =>
      ada.pushes.some((push) => push.type === 'line_decided' && push.approved),
    );
    expect(await ok(listQueueEndpoint, { params: { showId: show.showId } }, hannah)).toMatchObject({
      items: [],
    });
  });

  it('reach a queue when viewers report them; one decision answers all reports of a line', async () => {
    const [ada, bo, cy] = [testIdentity(), testIdentity(), testIdentity()];
    const [author, first, second] = [await sit(ada), await sit(bo), await sit(cy)];
    const said = await author.say(show.showId, 'questionable');
    if (!('lineId' in said)) throw new Error('the line was refused');
    const report = { op: 'report', showId: show.showId, lineId: said.lineId, reason: 'abuse', note: 'look' };
    expect(await first.send(report)).toEqual({ ok: true });
    expect(await first.send(report)).toMatchObject({ code: 'already_reported' });
    expect(await second.send(report)).toEqual({ ok: true });
    const params = { shopId: show.shopId };
    const open = await ok(listReportsEndpoint, { params }, hannah);
    expect(open.items).toMatchObject([
      {
        reason: 'abuse',
        note: 'look',
        line: { text: 'questionable' },
        lineState: 'shown',
        reporterId: bo.userId,
      },
      { reporterId: cy.userId },
    ]);
    const reportId = open.items[0]?.reportId ?? '';
    const decided = await ok(
      decideReportEndpoint,
      { params: { ...params, reportId }, body: { acted: true } },
      hannah,
    );
    expect(decided.state).toBe('acted');
    expect((await ok(listReportsEndpoint, { params }, hannah)).items).toEqual([]);
    const again = await call(
      decideReportEndpoint,
      { params: { ...params, reportId }, body: { acted: false } },
      hannah,
    );
    expect(again).toMatchObject({ ok: false, problem: { code: 'already_decided' } });
    expect(await call(listReportsEndpoint, { params }, bo)).toMatchObject({ ok: false, status: 403 });
  });
});

describe('modes', () => {
  it('slow mode counts down, and shield mode is one click', async () => {
    const ada = await sit(testIdentity());
    await order({ type: 'set_modes', modes: { slowS: 3_600 } });
    await ada.until('they were told', () =>
      ada.ticks.some((tick) => tick.critical?.[0]?.type === 'modes_changed'),
    );
    const first = await ada.say(show.showId, 'one');
    expect(first).toMatchObject({ ok: true, nextInMs: expect.any(Number) });
    const countdown = SayReply.parse(first).nextInMs ?? 0;
    expect(countdown).toBeGreaterThan(3_000_000);
    expect(countdown).toBeLessThanOrEqual(3_600_000);
    expect(await host.say(show.showId, 'staff is not slowed')).not.toHaveProperty('nextInMs');
    const wait = await ada.say(show.showId, 'two');
    expect(wait).toMatchObject({ code: 'slow_mode' });
    if (wait.ok) throw new Error('the line was accepted');
    expect(wait.retryAfterMs).toBeGreaterThan(3_000_000);
    const guest = await sit(testIdentity({ kind: 'guest' }));
    expect(await guest.say(show.showId, 'hi from a guest')).toMatchObject({ ok: true });
    await order({ type: 'shield', on: true });
    const other = await sit(testIdentity({ kind: 'guest' }));
    expect(await other.say(show.showId, 'hi')).toMatchObject({ code: 'guests_may_not_write' });
    const bo = await sit(testIdentity());
    expect(await bo.say(show.showId, 'see example.com')).toMatchObject({ code: 'links_not_allowed' });
  });
});

describe('who may write', () => {
  it('are followers, buyers or everybody with pictures only, as the host wishes; a follow counts at once', async () => {
    const ada = testIdentity();
    const client = await sit(ada);
    await order({ type: 'set_modes', modes: { followersOnlyS: 0 } });
    expect(await client.say(show.showId, 'hello')).toMatchObject({ code: 'followers_only' });
    await ok(followShopEndpoint, { params: { shopId: show.shopId } }, ada);
    expect(await eventually(() => client.say(show.showId, 'I follow now'))).toMatchObject({ ok: true });
    await order({ type: 'set_modes', modes: { followersOnlyS: 3_600 } });
    expect(await eventually(() => client.say(show.showId, 'too fresh'), 'followers_only')).toMatchObject({
      retryAfterMs: expect.any(Number),
    });
    await order({ type: 'set_modes', modes: { followersOnlyS: null, buyersOnly: true } });
    expect(await eventually(() => client.say(show.showId, 'not mine yet'), 'buyers_only')).toMatchObject({
      ok: false,
    });
    await order({ type: 'set_modes', modes: { buyersOnly: false, emotesOnly: true } });
    expect(await eventually(() => client.say(show.showId, 'words'), 'emotes_only')).toMatchObject({
      ok: false,
    });
    expect(await eventually(() => client.say(show.showId, '🎉🎉'))).toMatchObject({ ok: true });
    // Staff go by none of it.
    expect(await host.say(show.showId, 'words of the host')).toMatchObject({ ok: true });
  });
});

describe('words', () => {
  it('of the shop and of the platform act in open rooms as soon as they are on the list', async () => {
    const params = { shopId: show.shopId };
    const word = await ok(addWordEndpoint, { params, body: { pattern: 'Fake', action: 'block' } }, hannah);
    const ada = await sit(testIdentity());
    await expect(
      eventually(async () => negate(await ada.say(show.showId, 'is it F4KE?'))),
    ).resolves.toMatchObject({
      reply: { code: 'words_not_allowed' },
    });
    const twice = await call(
      addWordEndpoint,
      { params, body: { pattern: 'f a k e', action: 'mask' } },
      hannah,
    );
    expect(twice).toMatchObject({ ok: false, problem: { code: 'word_exists' } });
    expect((await ok(listWordsEndpoint, { params }, hannah)).items).toMatchObject([{ pattern: 'fake' }]);
    const admin = testIdentity({ platformRoles: ['admin'] });
    await ok(addPlatformWordEndpoint, { body: { pattern: 'loanshark', action: 'mask' } }, admin);
    const bo = await sit(testIdentity());
    await bo.until('the room is there', () => bo.snapshots.length > 0);
    await ok(removeWordEndpoint, { params: { ...params, wordId: word.wordId } }, hannah);
    const cy = await sit(testIdentity());
    await expect(eventually(() => cy.say(show.showId, 'not fake'))).resolves.toMatchObject({ ok: true });
    await bo.say(show.showId, 'ask the l0anshark');
    await bo.until('the line came', () => bo.texts.includes('ask the *********'));
    expect(
      await call(addWordEndpoint, { params, body: { pattern: 'xx', action: 'hold' } }, testIdentity()),
    ).toMatchObject({
      status: 403,
    });
  });
});

describe('roles with single rights', () => {
  it('allow exactly what was given, from the next act on, until it is taken away', async () => {
    const ada = testIdentity({ displayName: 'Ada' });
    const client = await sit(ada);
    expect(await order({ type: 'set_modes', modes: { slowS: 5 } }, client)).toMatchObject({
      code: 'forbidden',
    });
    const params = { shopId: show.shopId, userId: ada.userId };
    await ok(setChatRoleEndpoint, { params, body: { userName: 'Ada', rights: ['delete', 'poll'] } }, hannah);
    const poll: HostCommand = { type: 'open_poll', question: 'Red or blue?', options: ['Red', 'Blue'] };
    await expect(eventually(() => order(poll, client))).resolves.toMatchObject({ ok: true });
    expect(await order({ type: 'ban', userId: newId() }, client)).toMatchObject({ code: 'forbidden' });
    const greedy = await call(
      setChatRoleEndpoint,
      { params, body: { userName: 'Ada', rights: ['roles'] } },
      ada,
    );
    expect(greedy).toMatchObject({ ok: false, status: 403 });
    const roles = await ok(listChatRolesEndpoint, { params: { shopId: show.shopId } }, hannah);
    expect(roles.items).toMatchObject([
      { userId: ada.userId, rights: ['delete', 'poll'], givenBy: hannah.userId },
    ]);
    await ok(removeChatRoleEndpoint, { params }, hannah);
    await expect(
      eventually(async () => negate(await order({ type: 'unpin_line' }, client))),
    ).resolves.toMatchObject({ reply: { code: 'forbidden' } });
  });
});

describe('a request to be let in again', () => {
  it('is made once, decided once, and lets the person in', async () => {
    const ada = testIdentity({ displayName: 'Ada' });
    const params = { shopId: show.shopId };
    const ask = { params, body: { message: 'It was a misunderstanding.' } };
    expect(await call(askUnbanEndpoint, ask, ada)).toMatchObject({
      ok: false,
      problem: { code: 'not_restricted' },
    });
    await order({ type: 'ban', userId: ada.userId, reason: 'spam' });
    await ok(askUnbanEndpoint, ask, ada);
    expect(await call(askUnbanEndpoint, ask, ada)).toMatchObject({
      ok: false,
      problem: { code: 'unban_already_asked' },
    });
    const open = await ok(listUnbanRequestsEndpoint, { params }, hannah);
    expect(open.items).toMatchObject([
      { userName: 'Ada', message: 'It was a misunderstanding.', sanction: { kind: 'ban', reason: 'spam' } },
    ]);
    const decision = {
      params: { ...params, requestId: open.items[0]?.requestId ?? '' },
      body: { accept: true },
    };
    expect(await call(decideUnbanEndpoint, decision, ada)).toMatchObject({ status: 403 });
    expect((await ok(decideUnbanEndpoint, decision, hannah)).state).toBe('accepted');
    expect(await call(decideUnbanEndpoint, decision, hannah)).toMatchObject({
      problem: { code: 'already_decided' },
    });
    const client = await TestClient.connect(two, { as: ada });
    await expect(eventually(() => client.join(show.showId))).resolves.toMatchObject({ ok: true });
    expect((await ok(listSanctionsEndpoint, { params }, hannah)).items).toEqual([]);
    const all = await ok(listSanctionsEndpoint, { params, query: { all: 'true' } }, hannah);
    expect(all.items).toMatchObject([{ userId: ada.userId, endedAt: expect.any(String) }]);
  });

  it('tells whoever was silenced, in every room of the shop they sit in, and that it is over', async () => {
    const ada = testIdentity();
    const nextDoor = await chat.makeShow({ shopId: show.shopId });
    const [here, there] = [await sit(ada), await TestClient.connect(one, { as: ada })];
    expect(await there.join(nextDoor.showId)).toMatchObject({ you: { mayWrite: true } });
    const told = (type: 'muted' | 'unmuted', showId: string) =>
      there.until(`they were told: ${type}`, () =>
        there.pushes.some((push) => push.type === type && push.showId === showId),
      );
    await order({ type: 'timeout', userId: ada.userId, seconds: 600, reason: 'calm down' });
    await Promise.all([told('muted', show.showId), told('muted', nextDoor.showId)]);
    expect(await there.say(nextDoor.showId, 'why?')).toMatchObject({ ok: false, code: 'muted' });
    const params = { shopId: show.shopId };
    const { requestId } = await ok(askUnbanEndpoint, { params, body: { message: 'I am calm.' } }, ada);
    await ok(decideUnbanEndpoint, { params: { ...params, requestId }, body: { accept: true } }, hannah);
    await Promise.all([told('unmuted', show.showId), told('unmuted', nextDoor.showId)]);
    expect(await there.join(nextDoor.showId)).toMatchObject({ you: { mutedUntil: null, mayWrite: true } });
    expect(await here.say(show.showId, 'thank you')).toMatchObject({ ok: true });
  });
});

describe('the record', () => {
  it('says who did what to whom and until when, and what a person said', async () => {
    const ada = testIdentity({ displayName: 'Ada' });
    const client = await sit(ada);
    await client.say(show.showId, 'hm');
    await order({ type: 'timeout', userId: ada.userId, seconds: 600, reason: 'rude', clear: true });
    const params = { shopId: show.shopId };
    const audit = await ok(listChatAuditEndpoint, { params, query: { targetUserId: ada.userId } }, hannah);
    expect(audit.items).toMatchObject([
      {
        act: 'timeout',
        actorName: 'Hannah Host',
        reason: 'rude',
        until: expect.any(String),
        showId: show.showId,
      },
    ]);
    const person = await ok(
      getPersonEndpoint,
      { params: { showId: show.showId, userId: ada.userId } },
      hannah,
    );
    expect(person).toMatchObject({
      lines: [{ line: { text: 'hm' }, state: 'deleted' }],
      sanctions: [{ kind: 'timeout', userName: 'Ada' }],
    });
    expect(await call(listChatAuditEndpoint, { params }, ada)).toMatchObject({ status: 403 });
  });
});

/** Tries until it is done, or refused as `code` says. */
async function eventually<T extends { ok: boolean }>(act: () => Promise<T>, code?: string): Promise<T> {
  const until = Date.now() + 10_000;
  let result = await act();
  const over = (): boolean => (code ? 'code' in result && result.code === code : result.ok);
  while (!over() && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 200));
    result = await act();
  }
  return result;
}

const negate = (reply: FrameReply): { ok: boolean; reply: FrameReply } => ({
  ok: !reply.ok && reply.code !== 'rate_limited' && reply.code !== 'duplicate_line',
  reply,
});
