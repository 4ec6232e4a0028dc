import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { Admission } from './admission.ts';

function door({ perS = 100, most = 1_000 } = {}) {
  const world = { now: 0, open: 0 };
  const admission = new Admission({
    perS,
    most,
    open: () => world.open,
    now: () => world.now,
    random: () => 0.5,
  });
  const knock = (times: number) =>
    Array.from({ length: times }, () => admission.admit({} as IncomingMessage));
  return { world, admission, knock };
}
const count = (all: readonly string[], what: string) => all.filter((one) => one === what).length;

describe('the door of a gateway', () => {
  it('takes a burst, then its rate; tells some of the others, and shuts out the rest', () => {
    const { world, knock } = door();
    const wave = knock(1_000);
    expect(count(wave, 'in')).toBe(100);
    expect(count(wave, 'told')).toBe(25);
    expect(count(wave, 'shut')).toBe(875);
    world.now += 500;
    expect(count(knock(1_000), 'in')).toBe(50);
    world.now += 3_600_000;
    expect(count(knock(1_000), 'in')).toBe(100);
  });

  it('takes nobody when it is full', () => {
    const { world, knock } = door({ most: 10 });
    world.open = 10;
    expect(count(knock(50), 'in')).toBe(0);
    world.open = 9;
    expect(knock(1)).toEqual(['in']);
  });

  it('says when to come back to whom it turns away, over a socket or without one', () => {
    const { admission } = door({ perS: 1 });
    const [welcome, told] = [{} as IncomingMessage, {} as IncomingMessage];
    expect([admission.admit(welcome), admission.admit(told)]).toEqual(['in', 'told']);
    expect([admission.retryAfterMs(welcome), admission.retryAfterMs(told)]).toEqual([undefined, 6_000]);
    const wire = new PassThrough();
    admission.refuse(wire);
    expect(String(wire.read())).toMatch(/^HTTP\/1\.1 503 [^]*\r\nRetry-After: 6\r\n/);
    expect(wire.writableEnded).toBe(true);
  });
});
