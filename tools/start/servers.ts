import { join } from 'node:path';
import { startNats } from '../servers/nats.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { createOwnDatabase } from './schemas.ts';
import type { Secrets } from './secrets.ts';

/** Addresses of the servers, and how the private ones among them are stopped. */
export interface Servers {
  databaseUrl: string;
  redisUrl: string;
  natsUrl: string;
  stop(): Promise<void>;
}

interface Stoppable {
  stop(): Promise<void>;
}

/** Starts private servers with their data below the data folder, except where an address was given. */
export async function startServers(
  dataDir: string,
  secrets: Secrets,
  given: Record<string, string | undefined>,
  log: (name: string, line: string) => void,
): Promise<Servers> {
  const started: Stoppable[] = [];
  const keep = <T extends Stoppable>(server: T): T => {
    started.push(server);
    return server;
  };
  const database = async () => {
    const postgres = await startPostgres({
      dataDir: join(dataDir, 'postgres'),
      durable: true,
      password: secrets.get('postgres.superuser'),
      onLine: (line) => log('postgres', line),
    });
    return createOwnDatabase(keep(postgres).url);
  };
  const redis = async () =>
    keep(
      await startRedis({
        dir: join(dataDir, 'redis'),
        persistence: 'aof',
        password: secrets.get('redis'),
        onLine: (line) => log('redis', line),
      }),
    ).url;
  const nats = async () =>
    keep(
      await startNats({
        dir: join(dataDir, 'nats'),
        password: secrets.get('nats'),
        onLine: (line) => log('nats', line),
      }),
    ).url;
  const stop = async () => void (await Promise.all(started.map((server) => server.stop())));
  const all = await Promise.allSettled([
    given['DATABASE_URL'] || database(),
    given['REDIS_URL'] || redis(),
    given['NATS_URL'] || nats(),
  ]);
  const failed = all.find((result) => result.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }
  const [databaseUrl, redisUrl, natsUrl] = all.map(
    (result) => (result as PromiseFulfilledResult<string>).value,
  );
  return { databaseUrl: databaseUrl ?? '', redisUrl: redisUrl ?? '', natsUrl: natsUrl ?? '', stop };
}
