import { describe, expect, it } from '@jest/globals';
import { Audience } from './audience.ts';
import { PerMinute } from './per-minute.ts';
import { RoomPresence } from './presence.ts';
import { fingerprintOf, PeopleSet } from './viewers.ts';

const setOf = (...ids: string[]): PeopleSet => {
  const set = new PeopleSet();
  for (const id of ids) set.add(fingerprintOf(id));
  return set;
};
const people = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, i) => `person ${from + i}`);

describe('PeopleSet', () => {
  it('counts small rooms exactly, also over gateways', () => {
    const set = setOf(...people(0, 600));
    set.join(PeopleSet.decode(setOf(...people(400, 900)).encode()));
    expect(set.count).toBe(900);
  });
  it('estimates large rooms within three in a hundred, in a bounded number of bytes', () => {
    const one = setOf(...people(0, 60_000));
    const two = setOf(...people(40_000, 100_000));
    expect(one.encode().length).toBeLessThan(6_000);
    const both = new PeopleSet();
    both.join(PeopleSet.decode(one.encode()));
    both.join(PeopleSet.decode(two.encode()));
    expect(Math.abs(both.count - 100_000)).toBeLessThan(3_000);
  });
  it.each(['', 'x123', 'hAAAA', 'nonsense', `x${'f'.repeat(20_000)}`])('reads %j as nobody', (text) => {
    expect(PeopleSet.decode(text).count).toBe(0);
  });
});

describe('who watches', () => {
  const at = (person: string | null, address = 'home') => ({ person, guest: false, address });
  it('counts an account once over tabs and gateways, and unnamed connections ten per address at most', () => {
    const [one, two] = [new Audience(), new Audience()];
    for (const audience of [one, one, two]) audience.add(at(fingerprintOf('ada')));
    one.add({ person: fingerprintOf('a guest'), guest: true, address: 'home' });
    for (let i = 0; i < 50; i += 1) two.add(at(null, 'a farm'));
    two.add(at(null));
    const presence = new RoomPresence();
    presence.take('one', one.report(1, 0.7), 1_000);
    presence.take('two', two.report(0, 0.2), 1_000);
    expect(presence.count(1_000)).toEqual({ viewers: 13, accounts: 1, guests: 1, desks: 1, busy: 0.7 });
    one.remove(at(fingerprintOf('ada')));
    presence.take('one', one.report(0), 2_000);
    expect(presence.count(2_000).accounts).toBe(1);
  });
  it('forgets a gateway that is silent', () => {
    const audience = new Audience();
    audience.add(at(null));
    const presence = new RoomPresence();
    presence.take('one', audience.report(0), 0);
    expect(presence.count(9_000).viewers).toBe(1);
    expect(presence.count(10_001).viewers).toBe(0);
  });
});

describe('PerMinute', () => {
  it('counts the last sixty seconds', () => {
    const rate = new PerMinute();
    rate.add(5, 100_000);
    rate.add(7, 130_000);
    expect(rate.count(130_500)).toBe(12);
    expect(rate.count(160_000)).toBe(7);
    expect(rate.count(10_000_000)).toBe(0);
    rate.add(1, 10_000_000);
    expect(rate.count(10_000_000)).toBe(1);
  });
});
