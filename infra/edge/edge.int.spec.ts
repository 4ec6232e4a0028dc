import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { freePort, startNginx } from '#servers';
import { renderEdgeConf } from './render-edge-conf.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const PUBLIC_SHOW = '01900000-0000-7000-8000-000000000001';
const PRIVATE_SHOW = '01900000-0000-7000-8000-000000000002';
const DELETED_SHOW = '01900000-0000-7000-8000-000000000003';
const ABSENT_SHOW = '01900000-0000-7000-8000-000000000004';

let folder: string;
let statusPort: number;
let edge: Awaited<ReturnType<typeof startNginx>>;
let origin: Upstream;
let other: Upstream;
let hlsHandler: Handler;
let roomHandler: Handler;
let showState: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edge-test-'));
  const playerDir = join(folder, 'player');
  mkdirSync(join(playerDir, 'assets'), { recursive: true });
  writeFileSync(join(playerDir, 'index.html'), '<!doctype html><title>Showfloor</title>');
  writeFileSync(join(playerDir, 'assets', 'app-1a2b.js'), `export const filling = '${'x'.repeat(2_000)}';`);
  mkdirSync(join(folder, 'cache'));
  showState = { [PRIVATE_SHOW]: 'private', [DELETED_SHOW]: 'deleted', [ABSENT_SHOW]: 'unknown' };
  origin = await startUpstream(originHandler);
  other = await startUpstream((request, response) => {
    if (request.url?.startsWith('/api/chat/v1/shows/')) return roomHandler(request, response);
    if (request.url?.startsWith('/api/checkout/slow')) return;
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ url: request.url, headers: request.headers }));
  });
  statusPort = await freePort();
  edge = await startNginx({
    conf: ({ port, dir }) =>
      renderEdgeConf({
        port,
        status: `127.0.0.1:${statusPort}`,
        dir,
        host: '127.0.0.1',
        cacheDir: join(folder, 'cache'),
        playerDir,
        user: process.getuid?.() === 0 ? 'root' : undefined,
        limitLoopback: true,
        apiRequestsPerSecond: 20,
        workers: 2,
        upstreams: {
          accounts: [other.address],
          catalog: [other.address],
          checkout: ['127.0.0.1:1', other.address],
          chat: [other.address],
          ingest: ['127.0.0.1:1'],
          origin: [origin.address],
        },
      }),
  });
});
afterAll(async () => {
  await edge.stop();
  await Promise.all([origin.stop(), other.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

describe("the edge's own port", () => {
  const ask = (path: string) => fetch(`http://127.0.0.1:${statusPort}${path}`);

  it('tells health and connections, and nothing of what is behind the edge', async () => {
    for (const path of ['/healthz', '/readyz']) expect(await (await ask(path)).text()).toBe('ok\n');
    const metrics = await ask('/metrics');
    expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(await metrics.text()).toMatch(
      /^# HELP nginx_connections_active .+\n# TYPE nginx_connections_active gauge\nnginx_connections_active [1-9]\d*\n/,
    );
    for (const path of ['/', '/api/catalog/v1/shows', '/playback/x'])
      expect((await ask(path)).status).toBe(404);
  });
});

/** What an origin answers: playback checks from `showState`, media from the test's own handler. */
function originHandler(request: IncomingMessage, response: ServerResponse): void {
  const check = /^\/playback\/([^?]+)\?token=(.*)$/.exec(request.url ?? '');
  if (!check) return hlsHandler(request, response);
  const state = showState[check[1] ?? ''];
  const open = state === undefined || (state === 'private' && check[2] === 'good.token');
  response.writeHead(open ? 204 : 403, open ? {} : { 'x-show-state': state });
  response.end();
}

const IMMUTABLE = { 'content-type': 'video/mp4', 'cache-control': 'public, max-age=31536000, immutable' };
const PLAYLIST = {
  'content-type': 'application/vnd.apple.mpegurl',
  'cache-control': 'public, max-age=10',
  'content-encoding': 'gzip',
  vary: 'Accept-Encoding',
};

let counter = 0;
/** A media file that no other test asks for. */
const freshPart = (show = PUBLIC_SHOW): string => `/hls/${show}/source/a-${++counter}.0.m4s`;

describe('media', () => {
  it('asks the origin for a part once, however many viewers want it afterwards', async () => {
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end(Buffer.alloc(40_000, 1));
    const part = freshPart();
    await (await fetch(edge.url + part)).arrayBuffer();
    const sizes = await Promise.all(
      Array.from(
        { length: 200 },
        async () => (await (await fetch(edge.url + part)).arrayBuffer()).byteLength,
      ),
    );
    expect(new Set(sizes)).toEqual(new Set([40_000]));
    expect(origin.asked(part)).toBe(1);
  });

  it('asks the origin once for a part that many want at the same moment, however long it takes', async () => {
    // Longer than the first cache lets anybody wait for another.
    const slowMs = 200;
    hlsHandler = (_request, response) =>
      void setTimeout(() => response.writeHead(200, IMMUTABLE).end('one answer'), slowMs);
    const part = freshPart();
    const texts = await Promise.all(
      Array.from({ length: 40 }, async () => (await fetch(edge.url + part)).text()),
    );
    expect(new Set(texts)).toEqual(new Set(['one answer']));
    expect(origin.asked(part)).toBe(1);
  });

  it('keeps its connections to the origin', async () => {
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end('part');
    const connections = new Set<unknown>();
    const note = ({ socket }: IncomingMessage): void => void connections.add(socket);
    origin.server.on('request', note);
    for (let round = 0; round < 20; round++) await (await fetch(edge.url + freshPart())).text();
    // One of each worker at most, for the part and for the permission to play.
    expect(connections.size).toBeLessThanOrEqual(4);
    origin.server.off('request', note);
  });

  it('starts after an nginx that was killed', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'edge-killed-'));
    const port = await freePort();
    const start = () => startMain(dir, port);
    const killed = await start();
    const exited = once(killed, 'exit');
    // With its workers, as whoever starts it does.
    process.kill(-(killed.pid ?? 0), 'SIGKILL');
    await exited;
    const next = await start();
    next.kill('SIGTERM');
    await once(next, 'exit');
    rmSync(dir, { recursive: true, force: true });
  });

  it('keeps what the origin gave while the origin is away, the permission to play included', async () => {
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end('kept');
    const part = freshPart();
    await fetch(edge.url + part);
    hlsHandler = (_request, response) => response.destroy();
    expect(await (await fetch(edge.url + part)).text()).toBe('kept');
    expect((await fetch(edge.url + freshPart())).status).toBe(502);
  });

  it('does not keep refusals', async () => {
    const part = freshPart();
    hlsHandler = (_request, response) => response.writeHead(404, { 'cache-control': 'no-store' }).end();
    expect((await fetch(edge.url + part)).status).toBe(404);
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end('now');
    expect((await fetch(edge.url + part)).status).toBe(200);
  });
});

describe('playlists', () => {
  const answerPlaylist: Handler = (request, response) => {
    response.writeHead(200, PLAYLIST);
    response.end(gzipSync(`#EXTM3U\n# ${request.url}`));
  };

  it('caches one form for each position, unpacks it for those who take no gzip, and leaves the token out of the key', async () => {
    hlsHandler = answerPlaylist;
    const path = `/hls/${PUBLIC_SHOW}/source/live.m3u8?_HLS_msn=1&_HLS_part=2`;
    const first = await fetch(edge.url + path);
    const unpacked = await fetch(edge.url + path, { headers: { 'accept-encoding': 'identity' } });
    expect(await first.text()).toBe(`#EXTM3U\n# ${path}`);
    expect(await unpacked.text()).toBe(`#EXTM3U\n# ${path}`);
    expect(unpacked.headers.get('content-encoding')).toBeNull();
    await fetch(edge.url + path.replace('/hls/', '/hls/~some.token/'));
    await fetch(`${edge.url}${path}&tracking=1`);
    expect(origin.asked(path)).toBe(1);
    await fetch(edge.url + path.replace('part=2', 'part=3'));
    expect(origin.asked(path.replace('part=2', 'part=3'))).toBe(1);
  });

  it('lets every blocked request through to the origin, which answers them all at once', async () => {
    const waiting: ServerResponse[] = [];
    const all = Promise.withResolvers<void>();
    hlsHandler = (_request, response) => {
      waiting.push(response);
      if (waiting.length === 100) all.resolve();
    };
    const path = `/hls/${PUBLIC_SHOW}/source/live.m3u8?_HLS_msn=7`;
    const viewers = Array.from({ length: 100 }, () => fetch(edge.url + path));
    await all.promise;
    for (const response of waiting) response.writeHead(200, PLAYLIST).end(gzipSync('#EXTM3U\n'));
    const statuses = new Set((await Promise.all(viewers)).map((response) => response.status));
    expect([...statuses]).toEqual([200]);
  });
});

describe('live rooms by HTTP', () => {
  const room = (show: string) => `/api/chat/v1/shows/${show}`;
  const answering = (caching: string, asked: string[]): Handler => {
    return (request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(200, { 'content-type': 'application/json', 'cache-control': caching });
      response.end(`{"answer":${asked.length}}`);
    };
  };
  const get = async (path: string) => (await fetch(edge.url + path)).text();

  it('are asked of chat once, however many pages read them; another epoch is another file', async () => {
    const asked: string[] = [];
    roomHandler = answering('public, max-age=31536000, immutable', asked);
    const file = `${room(PUBLIC_SHOW)}/ticks/${10 * (counter += 1)}`;
    await get(`${file}?epoch=a`);
    const texts = await Promise.all(Array.from({ length: 50 }, () => get(`${file}?epoch=a&x=1`)));
    expect(new Set(texts)).toEqual(new Set(['{"answer":1}']));
    expect(await get(`${file}?epoch=b`)).toBe('{"answer":2}');
    expect(asked).toHaveLength(2);
  });

  it('are kept by nobody when chat says that they are private', async () => {
    const asked: string[] = [];
    roomHandler = answering('private, no-store', asked);
    const path = `${room(PRIVATE_SHOW)}/snapshot`;
    expect([await get(path), await get(path)]).toEqual(['{"answer":1}', '{"answer":2}']);
  });
});

describe('who may watch', () => {
  it('opens private shows by a token in the path, which the origin never sees in a media address', async () => {
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end('secret');
    const part = freshPart(PRIVATE_SHOW);
    expect((await fetch(edge.url + part)).status).toBe(403);
    expect((await fetch(edge.url + part.replace('/hls/', '/hls/~bad.token/'))).status).toBe(403);
    const opened = await fetch(edge.url + part.replace('/hls/', '/hls/~good.token/'));
    expect(await opened.text()).toBe('secret');
    expect(origin.asked(part)).toBe(1);
    // What is in the cache now is still closed to everybody else.
    expect((await fetch(edge.url + part)).status).toBe(403);
  });

  it('answers 410 for a deleted show though its parts are cached, and 404 for one that never was', async () => {
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end('old');
    expect((await fetch(edge.url + freshPart(DELETED_SHOW))).status).toBe(410);
    expect((await fetch(edge.url + freshPart(ABSENT_SHOW))).status).toBe(404);
    expect((await fetch(edge.url + freshPart(DELETED_SHOW))).headers.get('cache-control')).toBe('no-store');
  });

  it('asks the origin about a show once in five seconds, not once a request', async () => {
    const show = '01900000-0000-7000-8000-0000000000aa';
    hlsHandler = (_request, response) => response.writeHead(200, IMMUTABLE).end();
    await fetch(edge.url + freshPart(show));
    await Promise.all(Array.from({ length: 30 }, () => fetch(edge.url + freshPart(show))));
    expect(origin.asked(`/playback/${show}?token=`)).toBe(1);
  });
});

describe('routes', () => {
  const json = async (path: string, init?: RequestInit) =>
    (await (await fetch(edge.url + path, init)).json()) as { url: string; headers: Record<string, string> };

  it('hands the API to its processes, with the caller named by the edge alone', async () => {
    const headers = { 'x-forwarded-for': '6.6.6.6', 'x-request-id': 'made-up-by-the-caller' };
    const seen = await json('/api/catalog/v1/shows?state=live', { headers });
    expect(seen.url).toBe('/api/catalog/v1/shows?state=live');
    expect(seen.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', 'x-forwarded-proto': 'http' });
    expect(seen.headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    expect((await json('/media/images/a.webp')).url).toBe('/media/images/a.webp');
    expect((await json('/live/?EIO=4&transport=polling')).url).toBe('/live/?EIO=4&transport=polling');
  });

  it('moves on to the next address of a process that refuses connections', async () => {
    for (let round = 0; round < 4; round++)
      expect((await json('/api/checkout/v1/x')).url).toBe('/api/checkout/v1/x');
  });

  it('says in our own form what it refuses itself', async () => {
    const away = await fetch(`${edge.url}/api/ingest/v1/x`);
    expect(away.status).toBe(503);
    expect(away.headers.get('content-type')).toBe('application/problem+json');
    expect(await away.json()).toMatchObject({ code: 'unavailable', status: 503 });
    const large = await fetch(`${edge.url}/api/catalog/v1/x`, {
      method: 'POST',
      body: Buffer.alloc(17 * 1024 * 1024),
    });
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ code: 'body_too_large' });
  });

  it('says the same of addresses that it cannot even read', async () => {
    const malformed = await fetch(`${edge.url}/api/catalog/v1/shows/%00`);
    expect(malformed.status).toBe(400);
    expect(malformed.headers.get('content-type')).toContain('application/problem+json');
    expect(await malformed.json()).toMatchObject({ code: 'invalid_request', status: 400 });
  });

  it('keeps what is internal inside', async () => {
    const inside = [
      '/internal/v1/streams/x/seal',
      '/metrics',
      '/readyz',
      '/playback/x',
      '/_playback',
      '/api/catalog/internal/x',
      '/api/catalog/v1/internal/shows/x',
      '/api/origin/v1/internal/x',
      '/api/catalog/v1/../v1/internal/x',
      '/api/catalog/v1/%69nternal/x',
      '/api/unknown/v1/x',
    ];
    for (const path of inside) {
      expect([path, await rawStatus(path)]).toEqual([path, 404]);
    }
  });

  it('slows down who asks too often', async () => {
    const answers = await Promise.all(
      Array.from({ length: 400 }, () => fetch(`${edge.url}/api/accounts/v1/x`)),
    );
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(50);
    expect(await refused[0]?.json()).toMatchObject({ code: 'rate_limited' });
  });

  it('passes WebSockets', async () => {
    const upgraded = Promise.withResolvers<string | undefined>();
    other.server.once('upgrade', (request, socket) => {
      upgraded.resolve(request.headers.upgrade);
      socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
    });
    const socket = new WebSocket(`${edge.url.replace('http', 'ws')}/live/?transport=websocket`);
    expect(await upgraded.promise).toBe('websocket');
    socket.close();
  });
});

describe('pages', () => {
  it('answers every page address with the document, protected, never cached', async () => {
    for (const path of ['/', '/shows/some-show', '/studio']) {
      const page = await fetch(edge.url + path);
      expect(await page.text()).toContain('<title>Showfloor</title>');
      expect(page.headers.get('cache-control')).toBe('no-cache');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(page.headers.get('x-content-type-options')).toBe('nosniff');
      expect(page.headers.get('server')).toBe('nginx');
    }
  });

  it('answers hashed files packed and for a year, and 404 for those that are not there', async () => {
    const asset = await fetch(`${edge.url}/assets/app-1a2b.js`);
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect(asset.headers.get('content-type')).toBe('text/javascript');
    expect((await fetch(`${edge.url}/assets/gone.js`)).status).toBe(404);
  });
});

describe('the configuration', () => {
  it('refuses values that would change its meaning', () => {
    const upstreams = {
      accounts: ['a:1'],
      catalog: ['a:1'],
      checkout: ['a:1'],
      chat: ['a:1'],
      ingest: ['a:1'],
    };
    const options = { port: 1, dir: '/d', cacheDir: '/c', playerDir: '/p' };
    const conf =
      (origins: string[], playerDir = '/p') =>
      () =>
        renderEdgeConf({ ...options, playerDir, upstreams: { ...upstreams, origin: origins } });
    expect(conf(['b:2'])).not.toThrow();
    expect(conf(['b:2; } evil'])).toThrow('no host:port');
    expect(conf([])).toThrow('no address');
    expect(conf(['b:2'], '/p; root /')).toThrow('cannot take the path');
  });
});

/** Without the client's tidying of paths. */
async function rawStatus(path: string): Promise<number | undefined> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: edge.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

/** The edge as it is started: a small program that becomes nginx. */
async function startMain(dir: string, port: number): Promise<ChildProcess> {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=source', main], {
    env: {
      PATH: process.env['PATH'],
      EDGE_DIR: dir,
      EDGE_PORT: String(port),
      PLAYER_DIR: dir,
      API_DOCS_DIR: dir,
    },
    stdio: 'inherit',
    detached: true,
  });
  const exited = once(child, 'exit').then(() => true);
  const answers = () =>
    fetch(`http://127.0.0.1:${port}/hls/`).then(
      () => true,
      () => false,
    );
  while (!(await answers())) {
    if (await Promise.race([exited, new Promise((resolve) => setTimeout(() => resolve(false), 20))])) {
      throw new Error('the edge did not start');
    }
  }
  return child;
}

interface Upstream {
  server: Server;
  address: string;
  /** How often an address was asked for. */
  asked(url: string): number;
  stop(): Promise<void>;
}

async function startUpstream(handler: Handler): Promise<Upstream> {
  const counts = new Map<string, number>();
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    counts.set(url, (counts.get(url) ?? 0) + 1);
    request.resume();
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    server,
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: (url) => counts.get(url) ?? 0,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
