import { describe, expect, it } from '@jest/globals';
import { createRenewal, type Exclusive } from './renewal.ts';

/** One lock for all tabs, as `navigator.locks` gives. */
function oneLock(): Exclusive {
  let tail: Promise<unknown> = Promise.resolve();
  return (act) => {
    const run = tail.then(act);
    tail = run.catch(() => undefined);
    return run;
  };
}

function site(refresh: () => Promise<'renewed' | 'over' | 'failed'>) {
  const exclusive = oneLock();
  let renewedAt = 0;
  let now = 100;
  let over = 0;
  const lastRenewal = { read: () => renewedAt, write: (at: number) => void (renewedAt = at) };
  const tab = () =>
    createRenewal({ refresh, exclusive, lastRenewal, localNow: () => now, onOver: () => void (over += 1) });
  return { tab, pass: (ms: number) => void (now += ms), over: () => over };
}

describe('renewal of the session', () => {
  it('trades the refresh token once for calls that were refused together', async () => {
    let trades = 0;
    const renew = site(async () => ((trades += 1), 'renewed')).tab();
    expect(await Promise.all([renew(50), renew(60), renew(70)])).toEqual([true, true, true]);
    expect(trades).toBe(1);
  });

  it('trades it once for two tabs that woke together', async () => {
    let trades = 0;
    const { tab } = site(async () => ((trades += 1), 'renewed'));
    expect(await Promise.all([tab()(50), tab()(60)])).toEqual([true, true]);
    expect(trades).toBe(1);
  });

  it('trades again when the next session ends', async () => {
    let trades = 0;
    const { tab, pass } = site(async () => ((trades += 1), 'renewed'));
    const renew = tab();
    await renew(50);
    pass(900_000);
    expect(await renew(900_000)).toBe(true);
    expect(trades).toBe(2);
  });

  it('says that nobody is logged in once the session is over, and not when the server is away', async () => {
    const gone = site(async () => 'over');
    expect(await gone.tab()(50)).toBe(false);
    expect(gone.over()).toBe(1);
    const away = site(async () => 'failed');
    expect(await away.tab()(50)).toBe(false);
    expect(away.over()).toBe(0);
  });
});
