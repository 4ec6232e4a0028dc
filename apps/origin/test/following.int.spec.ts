import { connectBus, makeEvent, type Bus } from '#bus';
import { showDeleted, showEnded, showWentLive, streamEnded, type LogEntry, type ShowFacts } from '#contracts';
import { createLogger, newId } from '#process';
import { startNats } from '#servers';
import { PartsWriter } from '#testing';
import { afterAll, beforeAll, describe, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { followCatalog } from '../src/shows/follow-catalog.ts';
import { ANCHOR_MS, begin, putSegment } from './put-fixture.ts';
import { privateFolder, startTestOrigin, type TestOrigin } from './start-origin.ts';
import { until } from './until.ts';

jest.setTimeout(60_000);

const logger = createLogger({ process: 'test', level: 'silent' });
let folder: Awaited<ReturnType<typeof privateFolder>>;
let nats: Awaited<ReturnType<typeof startNats>>;
let bus: Bus;
let chat: Server;
let origin: TestOrigin;
let following: Awaited<ReturnType<typeof followCatalog>>;
/** What the show log of each show holds, as chat would tell it. */
const logs = new Map<string, LogEntry[]>();
let version = 0;

beforeAll(async () => {
  [folder, nats] = await Promise.all([privateFolder(), startNats()]);
  bus = await connectBus({ url: nats.url, name: 'test', logger });
  chat = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://chat');
    const [, showId = ''] = /^\/api\/chat\/v1\/shows\/([^/]+)\/log$/.exec(pathname) ?? [];
    const after = Number(searchParams.get('after') ?? 0);
    const entries = (logs.get(showId) ?? []).filter(({ seq }) => seq > after);
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ entries, last: entries.length }));
  });
  await new Promise<void>((resolve) => void chat.listen(0, '127.0.0.1', resolve));
  const chatUrl = `http://127.0.0.1:${(chat.address() as AddressInfo).port}`;
  origin = await startTestOrigin(folder.path, { CHAT_URL: chatUrl });
  following = await followCatalog({ ...origin.origin, natsUrl: nats.url, name: 'origin-test', logger });
});

afterAll(async () => {
  await following.stop();
  await origin.stop();
  await bus.close();
  await nats.stop();
  await new Promise((resolve) => chat.close(resolve));
  await folder.remove();
});

describe('the origin hears', () => {
  it('what a show is, and lets nobody play a private one without a token', async () => {
    const show = facts({ visibility: 'private' });
    await tell(showWentLive, show);
    await until(async () => (await playback(show.showId)).state === 'private');
    await tell(showDeleted, show);
    await until(async () => (await playback(show.showId)).state === 'deleted');
  });

  it('that a show has ended, and closes its playlists', async () => {
    const show = facts();
    await tell(showWentLive, show);
    await onAir(show.showId);
    await tell(showEnded, { ...show, state: 'ended' });
    await until(async () => (await playlist(show.showId)).includes('#EXT-X-ENDLIST'));
  });

  it('that a stream is over for good, and closes its playlists', async () => {
    const show = facts();
    await tell(showWentLive, show);
    await onAir(show.showId);
    const { showId, shopId } = show;
    const data = { streamId: newId(), showId, shopId, endedAt: now(), reason: 'window_passed' as const };
    await bus.publish(makeEvent(streamEnded, { aggregateId: data.streamId, version: 1, data }));
    await until(async () => (await playlist(showId)).includes('#EXT-X-ENDLIST'));
  });

  it('that a show was deleted, and keeps no byte of it', async () => {
    const show = facts();
    await tell(showWentLive, show);
    await onAir(show.showId);
    await until(async () => (await bytesOf(show.showId)) > 0);
    await tell(showDeleted, show);
    await until(async () => (await bytesOf(show.showId)) === 0);
    await until(async () => (await fetch(hls(show.showId))).status === 404);
  });

  it('what was told while it was away', async () => {
    const show = facts({ visibility: 'private' });
    await following.stop();
    await tell(showWentLive, show);
    following = await followCatalog({ ...origin.origin, natsUrl: nats.url, name: 'origin-test', logger });
    await until(async () => (await playback(show.showId)).state === 'private');
  });
});

describe('the show log', () => {
  it('is copied from chat into the playlists of a show on air', async () => {
    const { showId } = facts();
    const data = { productId: newId(), title: 'Cup' };
    const mediaTime = ANCHOR_MS + 1_000;
    logs.set(showId, [{ seq: 1, at: mediaTime + 80, mediaTime, type: 'pinned', data }]);
    await onAir(showId);
    await until(async () => (await playlist(showId)).includes('X-TITLE="Cup"'));
  });
});

async function onAir(showId: string): Promise<void> {
  const writer = new PartsWriter(origin.url, origin.internalToken, showId);
  await begin(writer, 'a');
  for (const msn of [0, 1]) {
    await putSegment(writer, {
      rendition: 'source',
      msn,
      run: 'a',
      fragments: [0, 1, 2, 3],
      startS: 2 * msn,
    });
  }
}

async function tell(
  event: typeof showWentLive | typeof showEnded | typeof showDeleted,
  show: ShowFacts,
): Promise<void> {
  version += 1;
  await bus.publish(makeEvent(event, { aggregateId: show.showId, version, data: show }));
}

async function playback(showId: string): Promise<{ status: number; state: string | null }> {
  const answer = await fetch(`${origin.url}/playback/${showId}?token=`);
  return { status: answer.status, state: answer.headers.get('x-show-state') };
}

async function bytesOf(showId: string): Promise<number> {
  let bytes = 0;
  for await (const { size } of origin.origin.store.list(`shows/${showId}/`)) bytes += size;
  return bytes;
}

function hls(showId: string): string {
  return `${origin.url}/hls/${showId}/source/live.m3u8`;
}

async function playlist(showId: string): Promise<string> {
  return (await fetch(hls(showId))).text();
}

function now(): string {
  return new Date().toISOString();
}

function facts(more: Partial<ShowFacts> = {}): ShowFacts {
  return {
    ...{ showId: newId(), shopId: newId(), hostId: newId(), seriesId: newId(), title: 'A show' },
    ...{ startsAt: now(), visibility: 'public', state: 'live', goLive: 'on_publish', guestChat: true },
    ...{ streamId: null, liveAt: null, endedAt: null },
    ...more,
  };
}
