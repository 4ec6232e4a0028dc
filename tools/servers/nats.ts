import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { askLine } from './ask-line.ts';
import { makePrivateFolder, prepareDataFolder, removePrivateFolder } from './private-folder.ts';
import { launch, onPort, requireProgram } from './server-process.ts';
import type { RunningServer } from './server-process.ts';

const HOST = '127.0.0.1';
/** Bounds what JetStream may take of the disk; far above what one machine's shows produce before their limits trim them. */
const MAX_FILE_STORE = '8GB';
const MAX_MEMORY_STORE = '256MB';

export interface NatsOptions {
  dir?: string;
  port?: number;
  password?: string;
  onLine?: (line: string) => void;
}

/** Starts a private NATS server with JetStream on files and resolves once clients may connect. */
export async function startNats(options: NatsOptions = {}): Promise<RunningServer> {
  const program = requireProgram('nats-server', 'nats-server');
  const dir = options.dir ?? makePrivateFolder('nats');
  prepareDataFolder(dir);
  return onPort(options.port, async (port) => {
    const config = join(dir, 'nats.conf');
    writeFileSync(config, configure(dir, port, options.password), { mode: 0o600 });
    const server = await launch('NATS', {
      program,
      args: ['-c', config],
      cwd: dir,
      stopSignal: 'SIGTERM',
      isReady: async () => (await askLine(port)).includes('"jetstream":true'),
      onLine: options.onLine,
    });
    const secret = options.password ? `showfloor:${encodeURIComponent(options.password)}@` : '';
    return {
      ...server,
      url: `nats://${secret}${HOST}:${port}`,
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

function configure(dir: string, port: number, password: string | undefined): string {
  return [
    `host: "${HOST}"`,
    `port: ${port}`,
    'server_name: showfloor',
    `jetstream { store_dir: ${JSON.stringify(dir)}, max_file_store: ${MAX_FILE_STORE}, max_memory_store: ${MAX_MEMORY_STORE} }`,
    ...(password ? [`authorization { user: showfloor, password: ${JSON.stringify(password)} }`] : []),
    '',
  ].join('\n');
}
