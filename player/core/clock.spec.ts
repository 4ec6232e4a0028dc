import { describe, expect, it } from '@jest/globals';
import { createServerClock } from './clock.ts';

describe('server clock', () => {
  it('is the local clock until it has been measured', () => {
    const clock = createServerClock(() => 1_000);
    expect(clock.now()).toBe(1_000);
    expect(clock.uncertaintyMs()).toBeNull();
  });

  it('corrects a device that is two minutes slow', () => {
    let local = 1_000;
    const clock = createServerClock(() => local);
    clock.measured(121_050, 1_000, 1_100);
    expect(clock.now()).toBe(1_000 + 120_000);
    local = 6_000;
    expect(clock.now()).toBe(126_000);
  });

  it('trusts the shortest round trip, not the latest answer', () => {
    const clock = createServerClock(() => 0);
    clock.measured(10_020, 0, 40);
    clock.measured(12_000, 100, 2_100);
    expect(clock.now()).toBe(10_000);
    expect(clock.uncertaintyMs()).toBe(20);
  });

  it('forgets measurements older than ten minutes', () => {
    const clock = createServerClock(() => 0);
    clock.measured(5_010, 0, 20);
    clock.measured(700_000 + 9_050, 700_000, 700_100);
    expect(clock.now()).toBe(9_000);
  });

  it('ignores an answer that came before its question', () => {
    const clock = createServerClock(() => 500);
    clock.measured(9_999, 100, 50);
    expect(clock.now()).toBe(500);
  });
});
