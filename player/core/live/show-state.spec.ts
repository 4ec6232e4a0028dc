import { describe, expect, it } from '@jest/globals';
import type { ChatLine, LiveSnapshot, LiveTick, LogEntry, SaleState } from '#contracts';
import { nextCueAfter, presentAt } from './cues.ts';
import { EMPTY_SHOW, showReducer, type ShowEvent, type ShowState } from './show-state.ts';

const SHOW = '019aa000-0000-7000-8000-000000000001';
const MUG = { productId: '019aa000-0000-7000-8000-0000000000a1', title: 'Mug' };
const BOWL = { productId: '019aa000-0000-7000-8000-0000000000a2', title: 'Bowl' };
const ADA = { id: '019aa000-0000-7000-8000-0000000000f1', name: 'Ada', badges: [] };

const line = (n: number, author = ADA): ChatLine => ({
  id: `line-${n}`,
  seq: n,
  key: `key-${n}`,
  author,
  text: `says ${n}`,
  at: n * 1_000,
});
const sale = (version: number, available: number): SaleState => ({
  saleId: 'sale-1',
  version,
  state: 'open',
  kind: 'flash',
  items: [{ variantId: 'v-1', available, soldOut: available === 0 }],
});
const modes = {
  slowS: 0,
  followersOnlyS: null,
  buyersOnly: false,
  emotesOnly: false,
  guestsMayWrite: true,
  links: 'allow',
  shield: false,
} as const;
const snapshot = (over: Partial<LiveSnapshot> = {}): LiveSnapshot => ({
  showId: SHOW,
  epoch: 'e1',
  n: 10,
  at: 50_000,
  mediaTime: 50_000,
  show: { state: 'live', title: 'Friday drop', shopId: SHOW, hostId: null },
  seq: 3,
  pins: [],
  sales: [],
  poll: null,
  pinnedLine: null,
  hostMessage: null,
  modes,
  viewers: 12,
  reactionTotal: 0,
  lines: [],
  ...over,
});
const entry = (seq: number, mediaTime: number | null, rest: Pick<LogEntry, 'type' | 'data'>) =>
  ({ seq, at: mediaTime ?? 60_000, mediaTime, ...rest }) as LogEntry;
const tick = (over: Partial<LiveTick>): ShowEvent => ({
  type: 'tick',
  tick: { n: 11, epoch: 'e1', at: 60_000, mediaTime: 60_000, ...over },
});
const after = (...events: ShowEvent[]): ShowState => events.reduce(showReducer, EMPTY_SHOW);
const start: ShowEvent = { type: 'snapshot', snapshot: snapshot() };

describe("the programme's clock", () => {
  const tick = (mediaTime: number | null): ShowEvent => ({
    type: 'tick',
    tick: { n: 11, epoch: 'e1', at: 60_000, mediaTime },
  });

  it('is kept from the last word about it, and unknown before', () => {
    expect(EMPTY_SHOW.programmeOffset).toBeNull();
    const joined = showReducer(EMPTY_SHOW, { type: 'snapshot', snapshot: snapshot({ mediaTime: 49_000 }) });
    expect(joined.programmeOffset).toBe(-1_000);
    expect(showReducer(joined, tick(57_000)).programmeOffset).toBe(-3_000);
    expect(showReducer(joined, tick(null)).programmeOffset).toBe(-1_000);
  });
});

describe('what waits for the picture', () => {
  const state = after(
    start,
    tick({ critical: [entry(4, 60_000, { type: 'pinned', data: MUG })] }),
    tick({ critical: [entry(5, 64_000, { type: 'pinned', data: BOWL })] }),
    tick({ critical: [entry(6, 70_000, { type: 'unpinned', data: {} })] }),
  );

  it.each([
    [59_999, null],
    [60_000, 'Mug'],
    [63_999, 'Mug'],
    [64_000, 'Bowl'],
    [70_000, null],
  ])('at %d ms of the programme the pinned product is %s', (picture, title) => {
    expect(presentAt(state.cues, picture).product?.title ?? null).toBe(title);
  });

  it('shows the latest where there is no picture to wait for', () => {
    expect(
      presentAt(
        after(start, tick({ critical: [entry(4, 90_000, { type: 'pinned', data: MUG })] })).cues,
        null,
      ).product,
    ).toEqual(MUG);
  });

  it('says when the next cue comes', () => {
    expect([nextCueAfter(state.cues, 61_000), nextCueAfter(state.cues, 70_000)]).toEqual([64_000, null]);
  });

  it('shows a viewer who joins late what is pinned at their own picture', () => {
    const pins = [
      { mediaTime: 40_000, at: 40_000, product: MUG },
      { mediaTime: 49_000, at: 49_000, product: BOWL },
    ];
    const late = after({ type: 'snapshot', snapshot: snapshot({ pins }) });
    expect(presentAt(late.cues, 47_500).product).toEqual(MUG);
    expect(presentAt(late.cues, 49_200).product).toEqual(BOWL);
  });

  it('opens a poll with the picture and closes it at once, with the final votes', () => {
    const poll = { pollId: 'p1', question: 'Blue or green?', options: ['Blue', 'Green'] };
    const open = after(start, tick({ critical: [entry(4, 62_000, { type: 'poll_opened', data: poll })] }));
    expect([presentAt(open.cues, 61_000).poll, presentAt(open.cues, 62_000).poll]).toEqual([null, poll]);
    const closed = showReducer(
      open,
      tick({ critical: [entry(5, 65_000, { type: 'poll_closed', data: { pollId: 'p1', counts: [3, 5] } })] }),
    );
    expect([closed.closedPolls, closed.votes['p1']]).toEqual([['p1'], [3, 5]]);
  });
});

describe('what takes effect at once', () => {
  it('a sold-out sale, although the picture has not reached it', () => {
    const state = after(
      start,
      tick({ critical: [entry(4, 99_000, { type: 'sold_out', data: sale(2, 0) })] }),
    );
    expect(state.sales['sale-1']?.items[0]?.soldOut).toBe(true);
  });

  it('once: an entry that comes again, later than newer ones, changes nothing', () => {
    const slow = entry(4, null, { type: 'modes_changed', data: { ...modes, slowS: 10 } });
    const free = entry(5, null, { type: 'modes_changed', data: modes });
    const state = after(
      start,
      tick({ critical: [slow] }),
      tick({ critical: [free] }),
      tick({ critical: [slow] }),
    );
    expect(state.modes.slowS).toBe(0);
  });

  it('never an older version of a sale than the one known', () => {
    const state = after(
      start,
      tick({ critical: [entry(4, null, { type: 'sold_out', data: sale(5, 0) })] }),
      tick({ ambient: { stock: [sale(4, 1)] } }),
    );
    expect(state.sales['sale-1']).toEqual(sale(5, 0));
  });

  it('sales that were read elsewhere, unless the room has told newer ones; a new snapshot keeps them', () => {
    const read = (version: number, available: number): ShowEvent => ({
      type: 'sales',
      sales: [sale(version, available)],
    });
    expect(after(start, read(3, 5)).sales['sale-1']).toEqual(sale(3, 5));
    expect(after(read(3, 5), start).sales['sale-1']).toEqual(sale(3, 5));
    expect(
      after({ type: 'snapshot', snapshot: snapshot({ sales: [sale(4, 1)] }) }, read(3, 5)).sales['sale-1'],
    ).toEqual(sale(4, 1));
  });

  it('one variant of the shelf, leaving the others as they were', () => {
    const item = (variantId: string, available: number) => ({ variantId, available, soldOut: false });
    const shelf = (version: number, items: SaleState['items']): SaleState => ({
      saleId: 'shelf',
      version,
      state: 'open',
      kind: 'standing',
      items,
    });
    const state = after(
      { type: 'snapshot', snapshot: snapshot({ sales: [shelf(1, [item('a', 5), item('b', 7)])] }) },
      tick({ ambient: { stock: [shelf(2, [item('a', 4)])] } }),
    );
    expect(state.sales['shelf']?.items).toEqual([item('b', 7), item('a', 4)]);
  });

  it('a deletion, also of a line that arrives after it and of the pinned one', () => {
    const state = after(
      start,
      tick({
        chat: [line(1), line(2)],
        critical: [entry(4, null, { type: 'line_pinned', data: { line: line(1) } })],
      }),
      tick({
        critical: [entry(5, null, { type: 'lines_deleted', data: { lineIds: ['line-1', 'line-3'] } })],
      }),
      tick({ chat: [line(3), line(4)] }),
    );
    expect(state.lines.map(({ id }) => id)).toEqual(['line-2', 'line-4']);
    expect(presentAt(state.cues, null).line).toBeNull();
  });

  it('what an answer quotes of a deleted line, whichever came first', () => {
    const answer = (n: number): ChatLine => ({
      ...line(n),
      replyTo: { id: 'line-1', name: 'Ada', excerpt: 'says 1' },
    });
    const state = after(
      start,
      tick({ chat: [line(1), answer(2)] }),
      tick({ critical: [entry(4, null, { type: 'lines_deleted', data: { lineIds: ['line-1'] } })] }),
      tick({ chat: [answer(3)] }),
    );
    expect(state.lines.map(({ id, replyTo }) => [id, replyTo])).toEqual([
      ['line-2', undefined],
      ['line-3', undefined],
    ]);
  });

  it("clears what a user said since a moment, and nobody else's lines", () => {
    const eve = { ...ADA, id: 'eve', name: 'Eve' };
    const state = after(
      start,
      tick({ chat: [line(1, eve), line(2), line(3, eve)] }),
      tick({ critical: [entry(4, null, { type: 'user_cleared', data: { userId: 'eve', since: 2_000 } })] }),
    );
    expect(state.lines.map(({ id }) => id)).toEqual(['line-1', 'line-2']);
  });

  it('the state of the show', () => {
    const state = after(
      start,
      tick({ critical: [entry(4, null, { type: 'show_state', data: { state: 'paused' } })] }),
    );
    expect(state.show?.state).toBe('paused');
  });
});

describe('chat', () => {
  it('replaces the local echo by the line itself, by its key', () => {
    const mine = { key: 'key-1', text: 'says 1', question: false, state: 'sending' } as const;
    const wrote = after(start, { type: 'wrote', line: mine });
    expect(wrote.pending).toEqual([mine]);
    const told = showReducer(wrote, tick({ chat: [line(1)] }));
    expect([told.pending, told.lines.map(({ key }) => key)]).toEqual([[], ['key-1']]);
  });

  it('keeps a refused line with its reason until it is sent again or dropped', () => {
    const mine = { key: 'key-1', text: 'a', question: false, state: 'sending' } as const;
    const refused = after(
      start,
      { type: 'wrote', line: mine },
      { type: 'line_settled', key: 'key-1', outcome: { failed: 'Slow mode is on' } },
    );
    expect(refused.pending[0]).toEqual({ ...mine, state: 'failed', why: 'Slow mode is on' });
    expect(showReducer(refused, { type: 'line_dropped', key: 'key-1' }).pending).toEqual([]);
  });

  it('shows no line twice when a snapshot and a tick both bring it', () => {
    const state = after(
      { type: 'snapshot', snapshot: snapshot({ lines: [line(1)] }) },
      tick({ chat: [line(1), line(2)] }),
    );
    expect(state.lines.map(({ id }) => id)).toEqual(['line-1', 'line-2']);
  });

  it('keeps the last 200 lines', () => {
    const state = after(start, tick({ chat: Array.from({ length: 450 }, (_, n) => line(n + 1)) }));
    expect([state.lines.length, state.lines[0]?.id]).toEqual([200, 'line-251']);
  });
});
