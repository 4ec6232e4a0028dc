import { boundedCache } from '#process';
import type { Standing } from './room-ports.ts';

const MOST = 20_000;
/** A purchase or a follow shows within this time, as a badge or in what is shown first. */
const EASY_MS = 15_000;
/** Where it decides whether somebody may write at all, it counts within this time: they follow, and try again at once. */
const STRICT_MS = 1_000;

/** Gives people's standing in shops, asked once per person for a while. `strict`: a decision hangs on it. */
export function cachedStandings(
  ask: (shopId: string, userId: string) => Promise<Standing>,
  now: () => number,
): (shopId: string, userId: string, strict: boolean) => Promise<Standing> {
  const standings = boundedCache<{ asked: Promise<Standing>; at: number }>(MOST, now);
  return (shopId, userId, strict) => {
    const key = `${shopId} ${userId}`;
    const known = standings.get(key);
    if (known && now() - known.at < (strict ? STRICT_MS : EASY_MS)) return known.asked;
    const asked = ask(shopId, userId);
    standings.set(key, { asked, at: now() }, now() + EASY_MS);
    asked.catch(() => standings.delete(key));
    return asked;
  };
}
