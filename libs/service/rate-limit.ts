import type { Endpoint, RateLimit } from '#contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Redis } from 'ioredis';
import type { Logger } from '#process';
import { refuse } from './refusal.ts';

/** Windows counted by this process alone while Redis is away. */
const LOCAL_ENTRIES = 20_000;

/** Counts in one round trip: KEYS[1] window, ARGV[1] its length in ms; returns count and remaining ms. */
const COUNT_LUA = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return { count, redis.call('PTTL', KEYS[1]) }`;

interface Counted {
  count: number;
  remainingMs: number;
}

/** Counts calls per account or address over all instances of a process. */
export interface RateLimiter {
  /** Adds one call; throws `rate_limited` over the limit and tells the state in `RateLimit` headers. */
  check(endpoint: Endpoint, request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Adds one call under a key of the caller's choice, e.g. a log-in's e-mail; false over the limit. */
  take(key: string, limit: number, windowS: number): Promise<boolean>;
  stop(): void;
}

/** A limiter on Redis, or on this process's memory when `redisUrl` is left out or Redis is away. */
export function createRateLimiter(redisUrl: string | undefined, logger: Logger): RateLimiter {
  const redis = redisUrl ? connectRedis(redisUrl, logger) : undefined;
  const local = localCounter();

  async function count(key: string, windowMs: number, near = false): Promise<Counted> {
    if (near || redis?.status !== 'ready') return local(key, windowMs);
    try {
      const [calls, ttl] = (await redis.eval(COUNT_LUA, 1, `rate:${key}`, windowMs)) as [number, number];
      return { count: calls, remainingMs: Math.max(ttl, 0) };
    } catch {
      return local(key, windowMs);
    }
  }

  return {
    async check(endpoint, request, reply) {
      const { rate } = endpoint;
      if (!rate) return;
      const who = rate.per === 'account' ? (request.caller?.userId ?? request.ip) : request.ip;
      const key = `${endpoint.process}:${endpoint.name}:${who}`;
      const counted = await count(key, rate.windowS * 1_000, rate.near);
      tell(reply, rate, counted);
      if (counted.count > rate.limit) {
        throw refuse('rate_limited', { headers: { 'retry-after': seconds(counted.remainingMs) } });
      }
    },
    async take(key, limit, windowS) {
      return (await count(key, windowS * 1_000)).count <= limit;
    },
    stop: () => redis?.disconnect(),
  };
}

function connectRedis(url: string, logger: Logger): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: 250,
    // Where Redis is away, the timer of this wait would outlive a stopped process's work by its full length.
    disconnectTimeout: 100,
    retryStrategy: (times) => Math.min(times * 100, 2_000),
  });
  redis.on('error', (err: Error) => logger.debug({ err }, 'rate limits are counted locally: Redis is away'));
  return redis;
}

function tell(reply: FastifyReply, { limit, windowS }: RateLimit, { count, remainingMs }: Counted): void {
  void reply.header('ratelimit-policy', `"default";q=${limit};w=${windowS}`);
  void reply.header('ratelimit', `"default";r=${Math.max(limit - count, 0)};t=${seconds(remainingMs)}`);
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)));
}

function localCounter(): (key: string, windowMs: number) => Counted {
  const windows = new Map<string, { count: number; endsMs: number }>();
  return (key, windowMs) => {
    const now = Date.now();
    let window = windows.get(key);
    if (!window || window.endsMs <= now) {
      window = { count: 0, endsMs: now + windowMs };
      windows.delete(key);
      windows.set(key, window);
      const oldest = windows.keys().next();
      if (windows.size > LOCAL_ENTRIES && !oldest.done) windows.delete(oldest.value);
    }
    window.count += 1;
    return { count: window.count, remainingMs: window.endsMs - now };
  };
}
