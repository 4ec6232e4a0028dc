import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger, newId } from '#process';
import { PartsWriter, startTestService } from '#testing';
import type { TestService } from '#testing';
import { RelayModule } from '../src/origin.module.ts';
import { openRelay } from '../src/relay/relay.routes.ts';
import type { Relay } from '../src/relay/relay.routes.ts';
import { SharedAnswers } from '../src/relay/shared-answers.ts';
import { begin, done, putSegment, video } from './put-fixture.ts';
import { privateFolder, startTestOrigin } from './start-origin.ts';
import type { TestOrigin } from './start-origin.ts';
import { until } from './until.ts';

jest.setTimeout(60_000);

let folder: Awaited<ReturnType<typeof privateFolder>>;
let origin: TestOrigin;
let relay: Relay;
let relayed: TestService;

beforeAll(async () => {
  folder = await privateFolder();
  origin = await startTestOrigin(folder.path);
  relay = openRelay(origin.url, createLogger({ process: 'origin', level: 'silent' }));
  relayed = await startTestService('origin', RelayModule, { fastify: relay.routes });
});
afterAll(async () => {
  await relayed.stop();
  relay.stop();
  await origin.stop();
  await folder.remove();
});

describe('a relay', () => {
  it('answers as the origin does, and joins those who wait into one request', async () => {
    const writer = new PartsWriter(origin.url, origin.internalToken, newId());
    await begin(writer, 'a');
    await putSegment(writer, { rendition: 'source', msn: 0, run: 'a', fragments: [0, 1, 2, 3] });
    await putSegment(writer, { rendition: 'source', msn: 1, run: 'a', fragments: [4], open: true });
    const path = `/hls/${writer.showId}/source`;
    for (const file of ['live.m3u8', 'a-0.m4s', 'a-init.mp4', 'a-9.m4s', 'live.m3u8?_HLS_part=1']) {
      const [above, below] = await Promise.all([
        fetch(`${origin.url}${path}/${file}`),
        fetch(`${relayed.url}${path}/${file}`),
      ]);
      expect(below.status).toBe(above.status);
      expect(below.headers.get('cache-control')).toBe(above.headers.get('cache-control'));
      expect(Buffer.from(await below.arrayBuffer()).equals(Buffer.from(await above.arrayBuffer()))).toBe(
        true,
      );
    }
    const waiting = Array.from({ length: 30 }, async (_, viewer) => {
      const answer = await fetch(`${relayed.url}${path}/live.m3u8?_HLS_msn=1&_HLS_part=1&viewer=${viewer}`);
      return answer.text();
    });
    await until(() => origin.origin.desks.waiting === 1);
    const next = { duration: 0.5, independent: false, run: 'a' };
    await done(writer.part('source', [1, 1], next, video.fragments[5]?.bytes ?? new Uint8Array()));
    const texts = new Set(await Promise.all(waiting));
    expect(texts.size).toBe(1);
    expect([...texts][0]).toContain('a-1.1.m4s');
    expect((await fetch(`${relayed.url}/playback/${writer.showId}?token=`)).status).toBe(204);
  });

  it('keeps answers as long as their headers allow, and no refusals', async () => {
    let asked = 0;
    let now = 0;
    const answers = new SharedAnswers(
      async (path) => ({
        status: path === '/gone' ? 404 : 200,
        headers: { 'cache-control': path === '/live' ? 'public, max-age=1' : 'no-store' },
        body: Buffer.from(String(++asked)),
      }),
      () => now,
    );
    const get = async (path: string): Promise<string> => (await answers.get(path)).body.toString();
    expect([await get('/live'), await get('/live')]).toEqual(['1', '1']);
    now = 1_001;
    expect(await get('/live')).toBe('2');
    expect([await get('/gone'), await get('/gone')]).toEqual(['3', '4']);
  });
});
