import { boundedCache } from '#process';
import type { HostStanding } from './host-standing.ts';

const REMEMBERED_HOSTS = 10_000;
/** Longer than the bus keeps trying to have an event recorded. */
const REMEMBERED_FOR_MS = 15 * 60_000;
const ALL_SHOPS = '*';

/**
 * What this process has heard of hosts and the database may not know yet: between the news of a ban and its record a key that
 * is still in the tables must not open anything.
 */
export class HeardStandings {
  private readonly heard = boundedCache<HostStanding>(REMEMBERED_HOSTS);

  /** Takes news; false when newer ones are known. */
  hear(standing: HostStanding): boolean {
    const key = keyOf(standing.userId, standing.shopId);
    const known = this.heard.get(key);
    if (known && known.version > standing.version) return false;
    this.heard.set(key, standing, Date.now() + REMEMBERED_FOR_MS);
    return true;
  }

  /** Whether the news take publishing for `shopId` away from somebody. */
  bars(userId: string, shopId: string): boolean {
    return [shopId, null].some((scope) => this.heard.get(keyOf(userId, scope))?.mayPublish === false);
  }
}

function keyOf(userId: string, shopId: string | null): string {
  return `${userId} ${shopId ?? ALL_SHOPS}`;
}
