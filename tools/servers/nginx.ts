import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { makePrivateFolder, prepareDataFolder, removePrivateFolder } from './private-folder.ts';
import { launch, onPort, requireProgram } from './server-process.ts';
import type { RunningServer } from './server-process.ts';

export interface NginxOptions {
  /** The whole nginx.conf, or what writes it for the port and folder chosen. It must not set `daemon`. */
  conf: string | ((place: { port: number; dir: string }) => string);
  dir?: string;
  port?: number;
  /** Where the server is asked whether it listens; the address nginx binds, as seen from here. */
  host?: string;
  onLine?: (line: string) => void;
}

/** Starts a private nginx and resolves once it listens. `reload` has it read a new configuration without closing a connection. */
export async function startNginx(
  options: NginxOptions,
): Promise<RunningServer & { reload(conf: string): void }> {
  const program = requireProgram('nginx', 'nginx-light');
  const dir = options.dir ?? makePrivateFolder('nginx');
  prepareDataFolder(dir);
  mkdirSync(join(dir, 'logs'), { recursive: true });
  const host = options.host ?? '127.0.0.1';
  const configFile = join(dir, 'nginx.conf');
  return onPort(options.port, async (port) => {
    const conf = typeof options.conf === 'function' ? options.conf({ port, dir }) : options.conf;
    writeFileSync(configFile, withPrivateTempFolders(conf, dir));
    const server = await launch('nginx', {
      program,
      args: ['-p', dir, '-c', configFile, '-e', 'stderr', '-g', mainDirectives(conf, dir)],
      cwd: dir,
      stopSignal: 'SIGTERM',
      isReady: () => accepts(port, host),
      onLine: options.onLine,
    });
    return {
      ...server,
      url: `http://${host}:${port}`,
      host,
      port,
      dir,
      reload(next: string) {
        writeFileSync(configFile, withPrivateTempFolders(next, dir));
        process.kill(server.pid, 'SIGHUP');
      },
      async stop() {
        await server.stop();
        removePrivateFolder(dir);
      },
    };
  });
}

/** What a private instance needs whatever it serves. Workers of a root master would otherwise lose access to files under /root. */
function mainDirectives(conf: string, dir: string): string {
  const sets = (name: string) => new RegExp(`^\\s*${name}\\s`, 'm').test(conf);
  const directives = ['daemon off;'];
  if (!sets('pid')) directives.push(`pid ${join(dir, 'nginx.pid')};`);
  if (!sets('user') && process.getuid?.() === 0) directives.push('user root;');
  return directives.join(' ');
}

/** The compiled-in folders for temporary files belong to the system's nginx and are closed to ordinary users. */
function withPrivateTempFolders(conf: string, dir: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].filter(
    (kind) => !conf.includes(`${kind}_temp_path`),
  );
  const lines = kinds.map((kind) => `  ${kind}_temp_path ${join(dir, `${kind}-temp`)};`);
  return conf.replace(/^(\s*http\s*\{)/m, (open) => [open, ...lines].join('\n'));
}

function accepts(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
