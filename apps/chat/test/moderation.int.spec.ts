import { describe, expect, it } from '@jest/globals';
import {
  addPlatformWordEndpoint,
  addWordEndpoint,
  decideReportEndpoint,
  followShopEndpoint,
  getPersonEndpoint,
  listChatAuditEndpoint,
  listLinesEndpoint,
  listQueueEndpoint,
  listReportsEndpoint,
  listWordsEndpoint,
  removeWordEndpoint,
  SayReply,
} from '#contracts';
import { newId } from '#process';
import { testIdentity } from '#testing';
import {
  call,
  eventually,
  hannah,
  host,
  negate,
  ok,
  one,
  order,
  show,
  sit,
  useModeratedRooms,
} from './moderated-rooms.ts';

useModeratedRooms();

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
        targetName: 'Ada',
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
