import { beforeEach, describe, expect, it } from '@jest/globals';
import { OPEN_MODES } from '../rooms/room-view.ts';
import type { Sanction, Standing } from '../rooms/room-ports.ts';
import { moderate, type Draft, type RoomRules } from './moderate.ts';
import { RecentLines } from './recent-lines.ts';
import { TokenBuckets } from './token-bucket.ts';
import { WordFilter } from './word-filter.ts';

const NOW = 1_000_000;
const viewer: Draft = { authorId: 'ada', guest: false, staff: false, address: 'home', text: 'hello there' };
const nobody: Standing = { buyer: false, showsBadge: false, followsSince: null };
let rules: RoomRules;
let sanctions: Map<string, Sanction>;

beforeEach(() => {
  sanctions = new Map();
  rules = {
    modes: { ...OPEN_MODES, guestsMayWrite: true },
    sanctionOf: (userId) => sanctions.get(userId),
    perAccount: new TokenBuckets(3, 2_000),
    perStaff: new TokenBuckets(10, 2_000),
    perAddress: new TokenBuckets(12, 2_000),
    lastLineAt: () => undefined,
    recent: new RecentLines(),
    words: new WordFilter([
      { pattern: 'badword', action: 'block', match: 'word' },
      { pattern: 'darn', action: 'mask', match: 'word' },
      { pattern: 'refund', action: 'hold', match: 'word' },
      { pattern: 'spamword', action: 'shadow', match: 'word' },
    ]),
  };
});

const judge = (parts: Partial<Draft> = {}, standing = nobody, now = NOW) =>
  moderate({ ...viewer, ...parts }, rules, standing, now);
const sanction = (kind: Sanction['kind'], until: number | null = null): void =>
  void sanctions.set('ada', { userId: 'ada', kind, until, reason: null });

describe('the chain of rules', () => {
  it('lets an ordinary line pass', () => {
    expect(judge()).toEqual({ do: 'show', text: 'hello there' });
  });

  it('asks for ban and timeout first, before it even reads the line', () => {
    sanction('ban');
    expect(judge({ text: '' })).toEqual({ do: 'refuse', code: 'chat_banned' });
    sanction('timeout', NOW + 5_000);
    expect(judge({ text: '' })).toEqual({ do: 'refuse', code: 'muted', retryAfterMs: 5_000 });
  });

  it('checks size and encoding before rates: what is unreadable costs nothing', () => {
    for (let i = 0; i < 10; i += 1) expect(judge({ text: ' ' })).toMatchObject({ code: 'line_empty' });
    expect(judge()).toMatchObject({ do: 'show' });
  });

  it('limits an account to three lines in two seconds, and an address', () => {
    for (let i = 0; i < 3; i += 1) expect(judge({ text: `line ${i}` })).toMatchObject({ do: 'show' });
    expect(judge({ text: 'one more' })).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: expect.any(Number),
    });
    for (let i = 0; i < 9; i += 1) judge({ authorId: `sock${i}`, text: `from the same place ${i}` });
    expect(judge({ authorId: 'another', text: 'same place' })).toMatchObject({ code: 'rate_limited' });
    expect(judge({ authorId: 'another', text: 'elsewhere', address: 'office' })).toMatchObject({
      do: 'show',
    });
  });

  it('counts down in slow mode, and shield mode slows everybody', () => {
    rules = { ...rules, lastLineAt: () => NOW - 4_000, modes: { ...rules.modes, slowS: 30 } };
    expect(judge()).toEqual({ do: 'refuse', code: 'slow_mode', retryAfterMs: 26_000 });
    rules = { ...rules, modes: { ...rules.modes, slowS: 0, shield: true } };
    expect(judge()).toEqual({ do: 'refuse', code: 'slow_mode', retryAfterMs: 6_000 });
  });

  it('keeps modes: guests, followers since when, buyers, emotes', () => {
    rules = { ...rules, modes: { ...rules.modes, guestsMayWrite: false } };
    expect(judge({ guest: true })).toMatchObject({ code: 'guests_may_not_write' });
    rules = { ...rules, modes: { ...rules.modes, followersOnlyS: 600 } };
    expect(judge()).toEqual({ do: 'refuse', code: 'followers_only' });
    expect(judge({}, { ...nobody, followsSince: NOW - 100_000 })).toMatchObject({ retryAfterMs: 500_000 });
    expect(judge({ authorId: 'al' }, { ...nobody, followsSince: NOW - 600_000 })).toMatchObject({
      do: 'show',
    });
    rules = { ...rules, modes: { ...rules.modes, followersOnlyS: null, buyersOnly: true } };
    expect(judge({ authorId: 'bo' })).toMatchObject({ code: 'buyers_only' });
    expect(judge({ authorId: 'bo' }, { ...nobody, buyer: true })).toMatchObject({ do: 'show' });
    rules = { ...rules, modes: { ...rules.modes, buyersOnly: false, emotesOnly: true } };
    expect(judge({ authorId: 'cy' })).toMatchObject({ code: 'emotes_only' });
    expect(judge({ authorId: 'cy', text: '🔥🔥' })).toMatchObject({ do: 'show' });
  });

  it('refuses repeats: the same from one author, copies from a crowd', () => {
    rules.recent.note('ada', 'hello there', NOW - 1_000);
    expect(judge({ text: 'Hello   THERE' })).toMatchObject({ code: 'duplicate_line' });
    expect(judge({ authorId: 'bo' })).toMatchObject({ do: 'show' });
    const long = 'buy followers for your own show today';
    rules.recent.note('cy', long, NOW - 1_000);
    expect(judge({ authorId: 'di', text: long })).toMatchObject({ code: 'duplicate_line' });
    expect(judge({ authorId: 'di', text: long }, nobody, NOW + 20_000)).toMatchObject({ do: 'show' });
  });

  it('holds links, or blocks them', () => {
    expect(judge({ text: 'look at example.com' })).toEqual({
      do: 'hold',
      text: 'look at example.com',
      why: 'link',
    });
    rules = { ...rules, modes: { ...rules.modes, links: 'block' } };
    expect(judge({ text: 'see example.com' })).toMatchObject({ code: 'links_not_allowed' });
    rules = { ...rules, modes: { ...rules.modes, links: 'allow' } };
    expect(judge({ text: 'and example.com' })).toMatchObject({ do: 'show' });
  });

  it('acts on words: block, shadow, hold, mask; the strictest counts', () => {
    expect(judge({ text: 'a b4dw0rd' })).toMatchObject({ code: 'words_not_allowed' });
    expect(judge({ text: 'darn it' })).toEqual({ do: 'show', text: '**** it' });
    expect(judge({ text: 'darn refund' })).toEqual({ do: 'hold', text: '**** refund', why: 'word' });
    rules = { ...rules, perAccount: new TokenBuckets(3, 2_000) };
    expect(judge({ text: 'refund spamword' })).toMatchObject({ do: 'shadow', why: 'word' });
  });

  it('shadows whom it shadows only after everything that would refuse them', () => {
    sanction('shadow');
    expect(judge({ text: 'badword' })).toMatchObject({ do: 'refuse' });
    expect(judge({ text: 'fine' })).toEqual({ do: 'shadow', text: 'fine', why: 'shadow_ban' });
  });

  it('lets staff pass all but size and a rate of their own', () => {
    rules = {
      ...rules,
      lastLineAt: () => NOW,
      modes: { ...rules.modes, slowS: 30, emotesOnly: true, links: 'block' },
    };
    for (let i = 0; i < 10; i += 1) {
      expect(judge({ staff: true, text: 'refund at example.com' })).toMatchObject({ do: 'show' });
    }
    expect(judge({ staff: true })).toMatchObject({ code: 'rate_limited' });
    expect(judge({ staff: true, authorId: 'host', text: ' ' })).toMatchObject({ code: 'line_empty' });
  });
});
