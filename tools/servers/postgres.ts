import { spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { createOwnDatabase } from './postgres-database.ts';
import { isAlive, makePrivateFolder, prepareDataFolder, removePrivateFolder } from './private-folder.ts';
import type { Owner } from './private-folder.ts';
import { launch, onPort, requireProgram } from './server-process.ts';
import type { RunningServer, ServerProcess } from './server-process.ts';

const HOST = '127.0.0.1';
const SUPERUSER = 'postgres';

export interface PostgresOptions {
  dataDir?: string;
  port?: number;
  /** True: every commit reaches the disk before it is confirmed. False, the default, is for tests: fast, and lost with the machine's power. */
  durable?: boolean;
  /** Without one, every local user may connect: for tests only. Counts when the cluster is first made. */
  password?: string;
  /** Further settings, as in postgresql.conf. */
  settings?: Record<string, string>;
  onLine?: (line: string) => void;
}

export interface PostgresServer extends RunningServer {
  /** Creates an empty database with a role of its own whose search_path is one schema, and answers that role's address. */
  createDatabase(schemaName?: string): Promise<string>;
}

/** Starts a private PostgreSQL, making its cluster first where the folder holds none, and resolves once it answers queries. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const program = findPostgres(options.dataDir);
  const owner = chooseOwner(options.dataDir);
  const dir = options.dataDir ?? makePrivateFolder('postgres', owner);
  prepareDataFolder(dir, owner);
  if (!existsSync(join(dir, 'PG_VERSION'))) makeCluster(program, dir, owner, options);
  clearStaleLock(dir);
  return onPort(options.port, async (port) => {
    const url = address(port, options.password);
    const server = await launchOn(program, dir, owner, port, url, options);
    return {
      ...server,
      url,
      host: HOST,
      port,
      dir,
      createDatabase: (schemaName = 'app') => createOwnDatabase(url, schemaName),
      async stop() {
        await server.stop();
        removePrivateFolder(dir);
      },
    };
  });
}

/** The program of the version that made the data, where that is installed beside a newer one; else the newest. */
function findPostgres(dataDir: string | undefined): string {
  const newest = requireProgram('postgres', 'postgresql');
  const mark = dataDir ? join(dataDir, 'PG_VERSION') : '';
  if (!mark || !existsSync(mark)) return newest;
  const version = readFileSync(mark, 'utf8').trim();
  const sibling = newest.replace(/\d+(?=[^/]*\/bin\/postgres$)/, version);
  return existsSync(sibling) ? sibling : newest;
}

async function launchOn(
  program: string,
  dir: string,
  owner: Owner | undefined,
  port: number,
  url: string,
  options: PostgresOptions,
): Promise<ServerProcess> {
  const place = reach(dir, owner);
  try {
    return await launch('PostgreSQL', {
      program,
      args: ['-D', place.path, ...settings(port, options).flatMap((setting) => ['-c', setting])],
      owner,
      descriptors: place.descriptors,
      stopSignal: 'SIGINT', // "fast": ends sessions, writes a checkpoint
      isReady: () => answers(url),
      onLine: options.onLine,
    });
  } finally {
    place.descriptors.forEach(closeSync);
  }
}

function settings(port: number, options: PostgresOptions): string[] {
  const durable = options.durable ? 'on' : 'off';
  const all: Record<string, string> = {
    listen_addresses: HOST,
    port: String(port),
    unix_socket_directories: '',
    max_connections: '300',
    shared_buffers: '128MB',
    timezone: 'UTC',
    fsync: durable,
    synchronous_commit: durable,
    full_page_writes: durable,
    log_checkpoints: 'off',
    ...options.settings,
  };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

function makeCluster(program: string, dir: string, owner: Owner | undefined, options: PostgresOptions): void {
  const place = reach(dir, owner);
  const secrets = makePrivateFolder('initdb', owner);
  const args = ['-D', place.path, '-U', SUPERUSER, '--encoding=UTF8', ...locale()];
  if (options.password) {
    const file = join(secrets, 'password');
    writeFileSync(file, options.password, { mode: 0o644 }); // its folder lets only the owner in
    args.push('--auth=scram-sha-256', `--pwfile=${file}`);
  } else {
    args.push('--auth=trust');
  }
  if (!options.durable) args.push('--no-sync');
  try {
    const made = spawnSync(join(dirname(program), 'initdb'), args, {
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe', ...place.descriptors],
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', TZ: 'UTC' },
      ...owner,
    });
    if (made.status !== 0) throw new Error(`initdb failed in ${dir}:\n${made.stderr || String(made.error)}`);
  } finally {
    place.descriptors.forEach(closeSync);
    rmSync(secrets, { recursive: true, force: true });
  }
}

/** Byte order for sorting, so that indexes survive a change of the system's locales; letters of all scripts for upper and lower case. */
function locale(): string[] {
  return [
    '--lc-collate=C',
    `--lc-ctype=${process.platform === 'darwin' ? 'UTF-8' : 'C.UTF-8'}`,
    '--lc-messages=C',
  ];
}

/**
 * PostgreSQL refuses to run as root, and the user it then runs as may not pass through a parent folder such as /root.
 * So root opens the data folder and hands it over as descriptor 3, which Linux also offers as a path.
 */
function reach(dir: string, owner: Owner | undefined): { path: string; descriptors: number[] } {
  if (!owner || process.platform !== 'linux') return { path: dir, descriptors: [] };
  return { path: '/proc/self/fd/3', descriptors: [openSync(dir, 'r')] };
}

/** Root hands the cluster to whoever has its files already, else to the user made by PostgreSQL's package, else to nobody. */
function chooseOwner(dataDir: string | undefined): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (dataDir && existsSync(dataDir)) {
    const { uid, gid } = statSync(dataDir);
    if (uid !== 0) return { uid, gid };
  }
  const users = readFileSync('/etc/passwd', 'utf8').split('\n');
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = users.find((line) => line.startsWith(`${name}:`))?.split(':') ?? [];
    if (uid && gid) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL does not run as root, and this system has neither a user postgres nor nobody');
}

/** After a SIGKILL the lock file stays; its process id may by now belong to an unrelated process, which would stop a start. */
function clearStaleLock(dir: string): void {
  const lock = join(dir, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  if (isAlive(pid) && isPostgres(pid)) {
    throw new Error(`another PostgreSQL (process ${pid}) already runs on ${dir}: stop it first`);
  }
  rmSync(lock, { force: true });
}

function isPostgres(pid: number): boolean {
  if (process.platform === 'linux') {
    try {
      return readlinkSync(`/proc/${pid}/exe`).includes('postgres');
    } catch {
      return false;
    }
  }
  return spawnSync('ps', ['-o', 'comm=', '-p', String(pid)], { encoding: 'utf8' }).stdout.includes(
    'postgres',
  );
}

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function address(port: number, password: string | undefined): string {
  const secret = password ? `:${encodeURIComponent(password)}` : '';
  return `postgres://${SUPERUSER}${secret}@${HOST}:${port}/postgres`;
}
