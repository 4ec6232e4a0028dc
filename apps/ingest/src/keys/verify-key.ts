import type { Query } from '#bus';
import { boundedCache, type Logger } from '#process';
import { HeardStandings } from './heard-standings.ts';
import { HOST_MAY_PUBLISH, type HostStanding } from './host-standing.ts';
import { hashSecret } from './secret.ts';

/** A key as publishing needs it. */
export interface KnownKey {
  keyId: string;
  shopId: string;
  hostId: string;
  seriesId: string | null;
  /** Hex of the hash of the secret that was given; a rotated key's old hash is known no more. */
  secretHash: string;
}

export type KeyVerdict = { key: KnownKey } | { refused: 'unknown' | 'unreachable' };

interface Row {
  key_id: string;
  shop_id: string;
  host_id: string;
  series_id: string | null;
}

const REMEMBERED_KEYS = 10_000;
/** Wrong keys from one address before it must wait; guessing 160 bits is hopeless, this keeps it from costing queries. */
const WRONG_KEYS_PER_ADDRESS = 20;
const WRONG_KEYS_WINDOW_MS = 60_000;
const REMEMBERED_ADDRESSES = 10_000;
/** Shorter than encoders wait for an answer to their request to publish. */
const DATABASE_PATIENCE_MS = 10_000;
const DATABASE_RETRY_MS = 500;

/** Verifies stream keys; while the database is away, keys that were good before are good still. */
export class KeyVerifier {
  private readonly query: Query;
  private readonly logger: Logger;
  private readonly known = boundedCache<KnownKey>(REMEMBERED_KEYS);
  private readonly standings = new HeardStandings();
  private readonly wrong = boundedCache<{ count: number; until: number }>(REMEMBERED_ADDRESSES);

  constructor(query: Query, logger: Logger) {
    this.query = query;
    this.logger = logger;
  }

  /**
   * Decides about a key. One that is not known while the database is away waits a while for it: encoders that are told no
   * stop trying, and a host should not have to press a button because of us.
   */
  async verify(streamKey: string, address: string): Promise<KeyVerdict> {
    const giveUpAt = performance.now() + DATABASE_PATIENCE_MS;
    for (;;) {
      const verdict = await this.ask(streamKey, address);
      if ('key' in verdict && this.isBarred(verdict.key.hostId, verdict.key.shopId))
        return { refused: 'unknown' };
      if ('key' in verdict || verdict.refused !== 'unreachable' || performance.now() > giveUpAt)
        return verdict;
      await new Promise((resolve) => setTimeout(resolve, DATABASE_RETRY_MS));
    }
  }

  private async ask(streamKey: string, address: string): Promise<KeyVerdict> {
    const secretHash = hashSecret(streamKey);
    const cacheKey = secretHash.toString('hex');
    if (this.isGuessing(address) && !this.known.get(cacheKey)) return { refused: 'unknown' };
    let row: Row | undefined;
    try {
      [row] = await this.query<Row>(
        `UPDATE stream_keys k SET last_used_at = now()
          WHERE secret_hash = $1 AND revoked_at IS NULL AND ${HOST_MAY_PUBLISH}
         RETURNING key_id, shop_id, host_id, series_id`,
        [secretHash],
      );
    } catch (err) {
      const remembered = this.known.get(cacheKey);
      this.logger.warn(
        { err, known: remembered !== undefined },
        'a stream key is verified without the database',
      );
      return remembered ? { key: remembered } : { refused: 'unreachable' };
    }
    if (!row) {
      this.known.delete(cacheKey);
      this.countWrong(address);
      return { refused: 'unknown' };
    }
    const key = {
      keyId: row.key_id,
      shopId: row.shop_id,
      hostId: row.host_id,
      seriesId: row.series_id,
      secretHash: cacheKey,
    };
    this.known.set(cacheKey, key);
    return { key };
  }

  /** Forgets a key that was revoked or rotated. */
  forget(keyId: string): void {
    this.known.deleteWhere((key) => key.keyId === keyId);
  }

  /** Takes news of a host, whether or not the database has them. */
  hearOfHost(standing: HostStanding): void {
    this.standings.hear(standing);
  }

  /** Whether the news take publishing for `shopId` away from somebody. */
  isBarred(hostId: string, shopId: string): boolean {
    return this.standings.bars(hostId, shopId);
  }

  private isGuessing(address: string): boolean {
    return (this.wrong.get(address)?.count ?? 0) >= WRONG_KEYS_PER_ADDRESS;
  }

  private countWrong(address: string): void {
    const entry = this.wrong.get(address) ?? { count: 0, until: Date.now() + WRONG_KEYS_WINDOW_MS };
    this.wrong.set(address, { ...entry, count: entry.count + 1 }, entry.until);
  }
}
