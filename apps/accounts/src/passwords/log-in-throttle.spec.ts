import { describe, expect, it } from '@jest/globals';
import { LogInThrottle } from './log-in-throttle.ts';

function counting() {
  const counts = new Map<string, number>();
  return {
    async take(key: string, limit: number) {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return (counts.get(key) ?? 0) <= limit;
    },
  };
}

async function tries(throttle: LogInThrottle, times: number, email: string, address: (n: number) => string) {
  let admitted = 0;
  for (let n = 0; n < times; n += 1) if ((await throttle.admit(email, address(n))).ok) admitted += 1;
  return admitted;
}

describe('log-in throttle', () => {
  it('bounds tries at one account from one address, whatever the case of its letters', async () => {
    const throttle = new LogInThrottle(counting());
    expect(await tries(throttle, 8, 'A@b.test', () => '1')).toBe(8);
    expect(await tries(throttle, 8, 'a@B.test', () => '1')).toBe(2);
    expect((await throttle.admit('a@b.test', '2')).ok).toBe(true);
  });

  it('bounds tries at one account from everywhere', async () => {
    expect(await tries(new LogInThrottle(counting()), 100, 'a@b.test', (n) => String(n))).toBe(60);
  });

  it('bounds tries from one address at any account', async () => {
    const throttle = new LogInThrottle(counting());
    let admitted = 0;
    for (let n = 0; n < 400; n += 1) if ((await throttle.admit(`${n}@b.test`, '1')).ok) admitted += 1;
    expect(admitted).toBe(300);
  });
});
