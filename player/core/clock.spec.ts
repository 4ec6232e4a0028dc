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
    expect(clock.now()).toBe(121_000);
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

  it('prefers a message that came by itself over a header that counts whole seconds', () => {
    const clock = createServerClock(() => 0);
    clock.measured(10_500, 0, 40, 500);
    clock.heard(10_150, 100);
    expect(clock.now()).toBe(10_100);
  });

  it('takes the message that was on its way for the shortest time', () => {
    const clock = createServerClock(() => 0);
    clock.heard(5_000, 400);
    clock.heard(5_200, 230);
    clock.heard(5_400, 900);
    expect(clock.now()).toBe(5_020);
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
