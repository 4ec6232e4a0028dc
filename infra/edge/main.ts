import { closeSync, existsSync, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readEnv } from '#process';
import { edgeEnv, type EdgeEnv } from './edge.env.ts';
import { partsSocket } from './hls-locations.ts';
import { renderEdgeConf } from './render-edge-conf.ts';

/** Where package systems put nginx. */
const EXECUTABLES = [
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
  '/usr/bin/nginx',
];

const env = readEnv(edgeEnv);
const dir = resolve(env.EDGE_DIR);
mkdirSync(join(dir, 'cache'), { recursive: true });
rmSync(partsSocket(dir), { force: true });
const conf = join(dir, 'nginx.conf');
writeFileSync(conf, render(env));

const nginx = EXECUTABLES.find((path) => existsSync(path));
if (!nginx) throw new Error(`nginx is not installed (looked for ${EXECUTABLES.join(', ')})`);
// This process becomes nginx: signals, exit code and process id are nginx's own.
process.execve?.(nginx, ['nginx', '-p', dir, '-c', conf, '-e', 'stderr', '-g', 'daemon off;'], {});

function render({ TLS_CERTIFICATE: certificate, TLS_KEY: key, ...settings }: EdgeEnv): string {
  return renderEdgeConf({
    port: settings.EDGE_PORT,
    host: settings.EDGE_HOST,
    ...(settings.PORT ? { status: `${settings.HOST}:${settings.PORT}` } : {}),
    dir,
    cacheDir: join(dir, 'cache'),
    cacheSize: settings.EDGE_CACHE_SIZE,
    ...(settings.EDGE_LOG === 'terminal' ? { accessLog: standardOutput(), errorLog: 'stderr' } : {}),
    playerDir: resolve(settings.PLAYER_DIR),
    docsDir: resolve(settings.API_DOCS_DIR),
    ...(certificate && key ? { tls: { certificate, key } } : {}),
    ...(settings.TRUSTED_PROXIES ? { trustedProxies: settings.TRUSTED_PROXIES.split(',') } : {}),
    // Workers of a master that root started could not read pages below a closed home folder.
    ...(process.getuid?.() === 0 ? { user: 'root' } : {}),
    upstreams: {
      accounts: settings.ACCOUNTS_URL,
      catalog: settings.CATALOG_URL,
      checkout: settings.CHECKOUT_URL,
      chat: settings.CHAT_URL,
      ingest: settings.INGEST_URL,
      origin: settings.ORIGIN_URL,
      ...(settings.PAYMENTS_URL ? { 'payments-sandbox': settings.PAYMENTS_URL } : {}),
    },
  });
}

/** nginx opens its standard output by name, which a container's user may not be allowed to. */
function standardOutput(): string {
  try {
    closeSync(openSync('/dev/stdout', 'a'));
    return '/dev/stdout';
  } catch {
    process.stderr.write('edge: standard output cannot be opened by name here, so requests are not logged\n');
    return 'off';
  }
}
