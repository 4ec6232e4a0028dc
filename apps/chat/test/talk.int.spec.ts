import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  SayReply,
  type ChatLine,
  type HostCommand,
  type LiveTick,
  type LogEntry,
  type ShowFacts,
} from '#contracts';
import { newId } from '#process';
import type { Actor } from '../src/rooms/actor.ts';
import type { Answer } from '../src/rooms/asks.ts';
import type { Room } from '../src/rooms/room.ts';
import { host, order, startRoomBench, viewer, type RoomBench } from './room-bench.ts';

let bench: RoomBench;
let show: ShowFacts;
let room: Room;
const hannah = host();

beforeAll(async () => {
  bench = await startRoomBench();
}, 60_000);
afterAll(() => bench.stop());
beforeEach(async () => {
  show = await bench.makeShow();
  room = (await bench.open(show, 1)).room;
});

const said = async (actor: Actor, text: string, parts: { replyTo?: string; question?: true } = {}) => {
  const ask = { ask: 'say', actor, address: actor.userId, key: newId(), text, ...parts } as const;
  return SayReply.parse(await room.ask(ask)).lineId;
};
const vote = (actor: Actor, pollId: string, choice: number, by = room): Promise<Answer> =>
  Promise.resolve(by.ask({ ask: 'vote', actor, pollId, choice }));
const ticks = async (): Promise<LiveTick[]> =>
  (await bench.stream(show)).map(({ json }) => JSON.parse(json) as LiveTick);
const entries = async (): Promise<LogEntry[]> => (await ticks()).flatMap(({ critical }) => critical ?? []);
const lines = async (): Promise<ChatLine[]> => (await ticks()).flatMap(({ chat }) => chat ?? []);
const newest = async (): Promise<LogEntry | undefined> => (await entries()).at(-1);
const refusal = async (command: HostCommand): Promise<string | undefined> => {
  const answer = await order(room, hannah, command);
  return answer.ok ? undefined : answer.code;
};

describe('a poll', () => {
  const blueOrGreen: Extract<HostCommand, { type: 'open_poll' }> = {
    type: 'open_poll',
    question: 'Blue or green?',
    options: ['Blue', 'Green'],
  };
  const open = async (): Promise<string> => {
    expect(await order(room, hannah, blueOrGreen)).toMatchObject({ ok: true });
    const entry = await newest();
    if (entry?.type !== 'poll_opened') throw new Error('no poll was opened');
    return entry.data.pollId;
  };

  it('counts one vote per account, however often and from wherever it is cast', async () => {
    const pollId = await open();
    const [ada, bo] = [viewer(), viewer()];
    const twice = await Promise.all([vote(ada, pollId, 0), vote(ada, pollId, 1)]);
    expect(twice).toEqual([{ ok: true }, { ok: false, code: 'already_voted' }]);
    expect(await vote(ada, pollId, 1)).toEqual({ ok: false, code: 'already_voted' });
    expect(await vote(bo, pollId, 1)).toEqual({ ok: true });
    expect(await vote(viewer({ guest: true }), pollId, 1)).toEqual({
      ok: false,
      code: 'guests_may_not_write',
    });
    expect(await vote(viewer(), pollId, 2)).toEqual({ ok: false, code: 'invalid_request' });
    expect(await order(room, hannah, { type: 'close_poll', pollId })).toMatchObject({ ok: true });
    expect(await newest()).toMatchObject({ type: 'poll_closed', data: { pollId, counts: [1, 1] } });
    expect(await vote(viewer(), pollId, 0)).toEqual({ ok: false, code: 'poll_closed' });
  });

  it('keeps its votes when the room changes hands', async () => {
    const pollId = await open();
    const ada = viewer();
    await vote(ada, pollId, 1);
    const next = (await bench.open(show, 2)).room;
    expect(await vote(ada, pollId, 0, next)).toEqual({ ok: false, code: 'already_voted' });
    expect(await vote(viewer(), pollId, 1, next)).toEqual({ ok: true });
    expect((await ticks()).at(-1)?.ambient?.poll).toEqual({ pollId, counts: [0, 2] });
    expect(await order(next, hannah, { type: 'close_poll', pollId })).toMatchObject({ ok: true });
    expect(await newest()).toMatchObject({ type: 'poll_closed', data: { counts: [0, 2] } });
  });

  it('is one at a time, and of different answers', async () => {
    expect(await refusal({ ...blueOrGreen, options: ['Blue', ' Blue'] })).toBe('line_empty');
    await open();
    expect(await refusal(blueOrGreen)).toBe('poll_open');
    expect(await refusal({ type: 'close_poll', pollId: newId() })).toBe('poll_closed');
  });
});

describe('lines that speak to somebody', () => {
  it('mention people who wrote, and quote what they answer', async () => {
    const ada = viewer({ name: 'Ada Lovelace' });
    const first = await said(ada, 'does it come in blue?');
    await said(viewer({ name: 'Bo' }), '@ada lovelace, it does. @Nobody', { replyTo: first });
    expect((await lines()).at(-1)).toMatchObject({
      mentions: [ada.userId],
      replyTo: { id: first, name: 'Ada Lovelace' },
    });
    const lost = room.ask({
      ask: 'say',
      actor: viewer(),
      address: 'here',
      key: newId(),
      text: 'to nobody',
      replyTo: newId(),
    });
    expect(await lost).toEqual({ ok: false, code: 'line_not_found' });
  });

  it('wait as questions until a host has answered them', async () => {
    const question = await said(viewer(), 'how long is it?', { question: true });
    const remark = await said(viewer(), 'nice');
    expect((await bench.store.figures(show.showId, Date.now())).questions).toBe(1);
    expect(await refusal({ type: 'answer_question', lineId: remark })).toBe('line_not_found');
    expect(await order(room, hannah, { type: 'answer_question', lineId: question })).toMatchObject({
      ok: true,
    });
    expect(await newest()).toMatchObject({ type: 'question_answered', data: { lineId: question } });
    expect((await bench.store.figures(show.showId, Date.now())).questions).toBe(0);
  });

  it('are pinned for everybody while they stand', async () => {
    const lineId = await said(viewer(), 'worth reading');
    expect(await order(room, hannah, { type: 'pin_line', lineId })).toMatchObject({ ok: true });
    expect(await newest()).toMatchObject({ type: 'line_pinned', data: { line: { id: lineId } } });
    expect(await order(room, hannah, { type: 'delete_lines', lineIds: [lineId] })).toMatchObject({
      ok: true,
    });
    expect(await room.ask({ ask: 'snapshot' })).toMatchObject({ view: { pinnedLine: null, lines: [] } });
    expect(await refusal({ type: 'pin_line', lineId })).toBe('line_not_found');
  });
});

describe('the badge of a buyer', () => {
  it.each([
    ['who just bought and agreed', true, '1 hour', ['buyer']],
    ['who just bought and did not agree', false, '1 hour', []],
    ['who bought long ago', true, '2 days', []],
  ])('of somebody %s', async (_name, agreed, ago, badges) => {
    const ada = viewer();
    await bench.query(
      `INSERT INTO buyer (shop_id, user_id, last_paid_at) VALUES ($1, $2, now() - $3::interval)`,
      [show.shopId, ada.userId, ago],
    );
    await bench.query('INSERT INTO badge_choice (user_id, shows) VALUES ($1, $2)', [ada.userId, agreed]);
    await said(ada, 'mine is on its way');
    expect((await lines()).at(-1)?.author.badges).toEqual(badges);
  });
});
