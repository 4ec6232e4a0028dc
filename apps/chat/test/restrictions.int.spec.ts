import { describe, expect, it } from '@jest/globals';
import {
  askUnbanEndpoint,
  decideUnbanEndpoint,
  listChatRolesEndpoint,
  listLinesEndpoint,
  listSanctionsEndpoint,
  listUnbanRequestsEndpoint,
  personModerated,
  removeChatRoleEndpoint,
  setChatRoleEndpoint,
  type HostCommand,
} from '#contracts';
import { listen } from '#bus';
import { createLogger, newId } from '#process';
import { testIdentity } from '#testing';
import { TestClient } from './chat-harness.ts';
import {
  call,
  chat,
  eventually,
  hannah,
  host,
  negate,
  ok,
  one,
  order,
  show,
  sit,
  two,
  useModeratedRooms,
} from './moderated-rooms.ts';

useModeratedRooms();

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
