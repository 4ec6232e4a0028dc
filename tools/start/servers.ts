import { join } from 'node:path';
import { startNats } from '../servers/nats.ts';
import { startPostgres } from '../servers/postgres.ts';
import { startRedis } from '../servers/redis.ts';
import { keepServer } from './keep-server.ts';
import type { KeptServer } from './keep-server.ts';
import type { Logs } from './logs.ts';
import { createOwnDatabase } from './schemas.ts';
import type { Secrets } from './secrets.ts';

/** Addresses of the servers, and how the private ones among them are stopped. */
export interface Servers {
  databaseUrl: string;
  redisUrl: string;
  natsUrl: string;
  stop(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

/** Starts private servers with their data below the data folder, except where an address was given. */
export async function startServers(
  dataDir: string,
  secrets: Secrets,
  given: Environment,
  logs: Logs,
): Promise<Servers> {
  const started: KeptServer[] = [];
  const keep = async (...how: Parameters<typeof keepServer>): Promise<string> => {
    const server = await keepServer(...how);
    started.push(server);
    return server.url;
  };
  const stop = async () => void (await Promise.all(started.map((server) => server.stop())));
  const all = await Promise.allSettled([
    given['DATABASE_URL'] ||
      keep('PostgreSQL', postgres(dataDir, secrets, logs), logs.say).then(createOwnDatabase),
    given['REDIS_URL'] || keep('Redis', redis(dataDir, secrets, logs), logs.say),
    given['NATS_URL'] || keep('NATS', nats(dataDir, secrets, logs), logs.say),
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

function postgres(dataDir: string, secrets: Secrets, logs: Logs) {
  return (port: number | undefined) =>
    startPostgres({
      port,
      dataDir: join(dataDir, 'postgres'),
      durable: true,
      password: secrets.get('postgres.superuser'),
      onLine: (line) => logs.line('postgres', line),
    });
}

function redis(dataDir: string, secrets: Secrets, logs: Logs) {
  return (port: number | undefined) =>
    startRedis({
      port,
      dir: join(dataDir, 'redis'),
      persistence: 'aof',
      password: secrets.get('redis'),
      onLine: (line) => logs.line('redis', line),
    });
}

function nats(dataDir: string, secrets: Secrets, logs: Logs) {
  return (port: number | undefined) =>
    startNats({
      port,
      dir: join(dataDir, 'nats'),
      password: secrets.get('nats'),
      onLine: (line) => logs.line('nats', line),
    });
}
