import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askLine } from './ask-line.ts';
import { makePrivateFolder, prepareDataFolder, removePrivateFolder } from './private-folder.ts';
import { launch, onPort, requireProgram } from './server-process.ts';
import type { RunningServer } from './server-process.ts';

const HOST = '127.0.0.1';

export interface RedisOptions {
  dir?: string;
  port?: number;
  /** `aof` keeps data over restarts (one fsync a second); `none`, the default, is for tests. */
  persistence?: 'none' | 'aof';
  password?: string;
  /** Further settings as on redis-server's command line: `['--maxmemory', '64mb']`. */
  args?: string[];
  onLine?: (line: string) => void;
}

/** Starts a private Redis and resolves once it answers. */
export async function startRedis(options: RedisOptions = {}): Promise<RunningServer> {
  const program = requireProgram('redis-server', 'redis-server');
  const dir = options.dir ?? makePrivateFolder('redis');
  prepareDataFolder(dir);
  return onPort(options.port, async (port) => {
    const config = join(dir, 'redis.conf');
    writeFileSync(config, configure(dir, port, options), { mode: 0o600 });
    const server = await launch('Redis', {
      program,
      args: [config, ...(options.args ?? [])],
      cwd: dir,
      stopSignal: 'SIGTERM',
      isReady: async () => /^(\+PONG|-NOAUTH)/.test(await askLine(port, 'PING\r\n')),
      onLine: options.onLine,
    });
    const secret = options.password ? `:${encodeURIComponent(options.password)}@` : '';
    return {
      ...server,
      url: `redis://${secret}${HOST}:${port}`,
      host: HOST,
      port,
      dir,
      async stop() {
        await server.stop();
        removePrivateFolder(dir);
      },
    };
  });
}

/** The settings file; a file, because a password on the command line would be readable by every user of the machine. */
function configure(dir: string, port: number, options: RedisOptions): string {
  const durable = options.persistence === 'aof';
  return [
    `bind ${HOST}`,
    `port ${port}`,
    `dir "${dir}"`,
    'daemonize no',
    'save ""',
    `appendonly ${durable ? 'yes' : 'no'}`,
    'appendfsync everysec',
    // Holds must never vanish to make room: a full memory is an error that callers see.
    'maxmemory-policy noeviction',
    ...(options.password ? [`requirepass "${options.password}"`] : []),
    '',
  ].join('\n');
}
