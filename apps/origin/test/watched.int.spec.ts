import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { newId } from '#process';
import { startNginx } from '#servers';
import { startCmafPublisher, validateStream } from '#testing';
import type { CmafPublisher } from '#testing';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { renderEdgeConf } from '../../../infra/edge/render-edge-conf.ts';
import { privateFolder, startTestOrigin } from './start-origin.ts';
import type { TestOrigin } from './start-origin.ts';
import { until } from './until.ts';

jest.setTimeout(120_000);

const SECONDS = 6;
let folder: Awaited<ReturnType<typeof privateFolder>>;
let origin: TestOrigin;
let edge: Awaited<ReturnType<typeof startNginx>>;
let publisher: CmafPublisher | undefined;

beforeAll(async () => {
  folder = await privateFolder();
  origin = await startTestOrigin(join(folder.path, 'data'));
  const cacheDir = join(folder.path, 'cache');
  mkdirSync(cacheDir);
  const nobody = ['127.0.0.1:1'];
  edge = await startNginx({
    conf: ({ port, dir }) =>
      renderEdgeConf({
        ...{ port, dir, cacheDir, host: '127.0.0.1', playerDir: folder.path },
        user: process.getuid?.() === 0 ? 'root' : undefined,
        upstreams: {
          ...{ accounts: nobody, catalog: nobody, checkout: nobody, chat: nobody, ingest: nobody },
          origin: [new URL(origin.url).host],
        },
      }),
  });
});
afterAll(async () => {
  await publisher?.stop('abandon');
  await edge.stop();
  await origin.stop();
  await folder.remove();
});

it('a show from a real encoder, watched through a real edge, breaks no rule live or as a replay', async () => {
  const showId = newId();
  publisher = await startCmafPublisher({
    originUrl: origin.url,
    internalToken: origin.internalToken,
    showId,
    rungs: [
      { name: 'source', width: 320, height: 180 },
      { name: 'v90', width: 160, height: 90 },
    ],
  });
  const url = `${edge.url}/hls/${showId}/index.m3u8`;
  await until(async () => (await fetch(url)).status === 200, 60_000);
  const live = await validateStream(url, SECONDS);
  expect(live.breaches).toEqual([]);
  expect(live.figures.renditions).toBe(3);
  expect(live.figures.parts).toBeGreaterThan(10);
  await publisher.stop();
  await until(async () => (await origin.origin.shelf.all()).length === 0, 30_000);
  // The edge may still have the live answer for a second.
  await until(async () => (await (await fetch(url)).text()).includes('/replay.m3u8'));
  const replay = await validateStream(url, SECONDS);
  expect(replay.breaches).toEqual([]);
  expect(replay.figures.segments).toBeGreaterThan(3);
});
