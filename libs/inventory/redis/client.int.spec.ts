import { afterEach, describe, expect, it } from '@jest/globals';
import { startRedis, type RunningServer } from '#servers';
import type { Redis } from 'ioredis';
import { connectInventoryRedis } from './client.ts';

const quiet = { warn: () => undefined, info: () => undefined };
/** What ioredis does unless told otherwise. */
const QUEUES = { enableOfflineQueue: true, autoResendUnfulfilledCommands: true, maxRetriesPerRequest: null };

const seen = (redis: Redis, event: 'ready' | 'close') =>
  new Promise<void>((resolve) => redis.once(event, resolve));

describe('a claim that Redis did not answer', () => {
  let server: RunningServer;
  afterEach(() => server.stop());

  it.each([
    ['comes to life on the next server when the client queues', true],
    ['never comes to life with ours', false],
  ])(
    '%s',
    async (_, queues) => {
      server = await startRedis();
      const redis = connectInventoryRedis(server.url, quiet);
      await seen(redis, 'ready');
      if (queues) Object.assign(redis.options, QUEUES, { commandTimeout: undefined });
      // One is on its way when the server dies, another comes while there is none.
      server.pause();
      const claims = [redis.incr('claims')];
      claims[0]?.catch(() => undefined);
      const closed = seen(redis, 'close');
      await server.kill();
      await closed;
      claims.push(redis.incr('claims'));
      const answers = Promise.allSettled(claims);
      server = await startRedis({ port: server.port, dir: server.dir });
      await seen(redis, 'ready');
      await answers;
      expect(await redis.get('claims')).toBe(queues ? '2' : null);
      redis.disconnect();
    },
    30_000,
  );
});
