import {
  readStreamHealthEndpoint,
  revokeStreamKeyEndpoint,
  rotateStreamKeyEndpoint,
  listStreamKeysEndpoint,
  createStreamKeyEndpoint,
  type EventOf,
  type streamEnded,
  type streamInterrupted,
  type streamPublished,
  type streamRefused,
} from '#contracts';
import { readFlv, tagKind, type FlvTag } from '#flv';
import { newId } from '#process';
import { makeFlv, selfSignedCertificate, testIdentity, type RtmpClient } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPassedSessions, openSession } from '../src/sessions/publish-sessions.ts';
import { startIngestHarness, until, type IngestHarness } from './ingest-harness.ts';

const START = 'NetStream.Publish.Start';
const BAD_NAME = 'NetStream.Publish.BadName';

let harness: IngestHarness;
let tags: FlvTag[];
let certificates: string;

beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), 'sf-cert-'));
  const { cert, key } = selfSignedCertificate();
  writeFileSync(join(certificates, 'cert.pem'), cert);
  writeFileSync(join(certificates, 'key.pem'), key);
  [harness, tags] = await Promise.all([
    startIngestHarness({
      RTMPS_CERT: join(certificates, 'cert.pem'),
      RTMPS_KEY: join(certificates, 'key.pem'),
    }),
    makeFlv({ durationS: 5, size: '320x180', frameRate: 15, videoKbps: 200 }),
  ]);
}, 60_000);

afterAll(async () => {
  await harness?.stop();
  rmSync(certificates, { recursive: true, force: true });
});

describe('stream keys', () => {
  it('are shown once, listed without their secret, and for the shop’s hosts only', async () => {
    const { shopId, host, call } = harness;
    const made = await harness.createKey();
    expect(made).toMatchObject({
      hostId: host.userId,
      streamKey: expect.stringMatching(/^sf_[0-9a-f]{40}$/),
      server: expect.stringMatching(/^rtmp:\/\/localhost:\d+\/live$/),
      secureServer: expect.stringMatching(/^rtmps:\/\/localhost:\d+\/live$/),
    });
    const listed = await call(listStreamKeysEndpoint, { params: { shopId } }, host);
    expect(JSON.stringify(listed)).not.toContain(made.streamKey);
    expect(listed).toMatchObject({
      ok: true,
      body: { items: expect.arrayContaining([expect.objectContaining({ keyId: made.keyId })]) },
    });
    const { rows } = await harness.pool.query('SELECT * FROM stream_keys WHERE key_id = $1', [made.keyId]);
    expect(JSON.stringify(rows)).not.toContain(made.streamKey);
    for (const [as, code] of [
      [undefined, 'unauthenticated'],
      [testIdentity({ shops: [{ shopId, role: 'moderator' }] }), 'forbidden'],
      [testIdentity({ shops: [{ shopId: newId(), role: 'owner' }] }), 'forbidden'],
    ] as const) {
      expect(await call(listStreamKeysEndpoint, { params: { shopId } }, as)).toMatchObject({
        ok: false,
        problem: { code },
      });
      expect(await call(createStreamKeyEndpoint, { params: { shopId }, body: {} }, as)).toMatchObject({
        ok: false,
        problem: { code },
      });
      expect(
        await call(revokeStreamKeyEndpoint, { params: { shopId, keyId: made.keyId } }, as),
      ).toMatchObject({ ok: false, problem: { code } });
    }
  });

  it('rotate to a new secret; the old one and its publisher are cut off', async () => {
    const { client, key, show } = await onAir();
    const { shopId, host, call } = harness;
    const rotated = await call(rotateStreamKeyEndpoint, { params: { shopId, keyId: key.keyId } }, host);
    await client.closed;
    expect(await (await harness.connect()).publish(key.streamKey)).toBe(BAD_NAME);
    const fresh = rotated.ok && 'streamKey' in rotated.body ? rotated.body.streamKey : '';
    expect(await (await harness.connect()).publish(fresh)).toBe(START);
    await harness.end(show);
  });

  it('are refused with a code when they are of another shop, revoked or unknown', async () => {
    const { shopId, host, call } = harness;
    const { keyId } = await harness.createKey();
    const elsewhere = { params: { shopId, keyId: newId() } };
    expect(await call(rotateStreamKeyEndpoint, elsewhere, host)).toMatchObject({
      problem: { code: 'stream_key_not_found' },
    });
    expect(await call(revokeStreamKeyEndpoint, elsewhere, host)).toMatchObject({
      problem: { code: 'stream_key_not_found' },
    });
    const key = { params: { shopId, keyId } };
    expect(await call(revokeStreamKeyEndpoint, key, host)).toMatchObject({ status: 204 });
    expect(await call(revokeStreamKeyEndpoint, key, host)).toMatchObject({ status: 204 });
    expect(await call(rotateStreamKeyEndpoint, key, host)).toMatchObject({
      problem: { code: 'stream_key_revoked' },
    });
  });

  it('that are revoked cut a live publisher within two seconds, at every process', async () => {
    const { client, key } = await onAir();
    const revokedAt = performance.now();
    // Not through this process: as if another one had answered the request.
    await harness.pool.query('UPDATE stream_keys SET revoked_at = now() WHERE key_id = $1', [key.keyId]);
    await client.closed;
    expect(performance.now() - revokedAt).toBeLessThan(2_000);
    expect(await (await harness.connect()).publish(key.streamKey)).toBe(BAD_NAME);
  });
});

describe('which show a key opens', () => {
  it('the live one before scheduled ones, the next before later ones, and only of its series', async () => {
    const [now, seriesId] = [Date.now(), newId()];
    const host = testIdentity({ shops: [{ shopId: harness.shopId, role: 'host' }] });
    const key = await harness.createKey({}, host);
    const seriesKey = await harness.createKey({ seriesId }, host);
    const at = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
    expect(await (await harness.connect()).publish(key.streamKey)).toBe(BAD_NAME);
    const hostId = host.userId;
    await harness.schedule({ hostId, startsAt: at(-60 * 24 * 30) });
    const later = await harness.schedule({ hostId, startsAt: at(120), seriesId });
    const next = await harness.schedule({ hostId, startsAt: at(10) });
    await harness.schedule({ startsAt: at(1) });
    expect(await showOf(key.streamKey)).toBe(next.showId);
    expect(await showOf(seriesKey.streamKey)).toBe(later.showId);
    const live = await harness.schedule({ hostId, startsAt: at(300) });
    await harness.goLive(live);
    expect(await showOf(key.streamKey)).toBe(live.showId);
    await harness.end(live);
    expect(await showOf(key.streamKey)).toBe(next.showId);
  });
});

describe('a publish session', () => {
  it('announces the stream once its picture is usable, and puts one job', async () => {
    const { show, streamId } = await onAir();
    const published = await harness.events.of<EventOf<typeof streamPublished>['data']>(
      'media.stream_published',
      show.showId,
    );
    expect(published).toMatchObject({
      streamId,
      shopId: harness.shopId,
      width: 320,
      height: 180,
      frameRate: 15,
    });
    await until(() => harness.jobs.some((job) => job.streamId === streamId));
    expect(harness.jobs.filter((job) => job.streamId === streamId)).toEqual([
      {
        streamId,
        showId: show.showId,
        ingestUrl: harness.ingest.parts.nodeUrl,
        width: 320,
        height: 180,
        frameRate: 15,
      },
    ]);
  });

  it('survives its publisher’s absence as the same stream', async () => {
    const { client, show, streamId, key } = await onAir();
    client.destroy();
    const interrupted = await harness.events.of<EventOf<typeof streamInterrupted>['data']>(
      'media.stream_interrupted',
      show.showId,
    );
    const windowMs = Date.parse(interrupted.resumeUntil) - Date.parse(interrupted.interruptedAt);
    expect(windowMs).toBe(120_000);
    expect(await health(show.showId)).toMatchObject({ state: 'waiting', streamId, video: null });
    await publish(await harness.connect(), key.streamKey);
    await harness.events.of('media.stream_resumed', show.showId);
    expect(await health(show.showId)).toMatchObject({ state: 'live', streamId });
    expect(harness.events.count('media.stream_published', show.showId)).toBe(1);
  });

  it('ends when its window has passed, and the key opens no ended show', async () => {
    const { client, show, streamId } = await onAir();
    client.destroy();
    await harness.events.of('media.stream_interrupted', show.showId);
    await harness.pool.query('UPDATE publish_sessions SET resume_until = now() WHERE stream_id = $1', [
      streamId,
    ]);
    const ended = await harness.events.of<EventOf<typeof streamEnded>['data']>(
      'media.stream_ended',
      show.showId,
    );
    expect(ended).toMatchObject({ streamId, reason: 'window_passed' });
    expect((await harness.feed(streamId)).status).toBe(410);
  });

  it('is taken over by a second connection with the same key', async () => {
    const { client, streamId, key, show } = await onAir();
    const second = await harness.connect();
    await publish(second, key.streamKey);
    await client.closed;
    await until(async () => (await health(show.showId)).streamId === streamId);
    expect(await health(show.showId)).toMatchObject({ state: 'live', streamId });
    // The first connection's end must not make the session wait.
    const { rows } = await harness.pool.query('SELECT state FROM publish_sessions WHERE stream_id = $1', [
      streamId,
    ]);
    expect(rows).toEqual([{ state: 'live' }]);
  });

  it('moves to another ingest process with its publisher', async () => {
    const { client, streamId, key } = await onAir();
    const other = await harness.startNode();
    try {
      await publish(await other.connect(), key.streamKey);
      await client.closed;
      const answer = await harness.feed(streamId);
      expect(answer.status).toBe(307);
      expect(answer.headers.get('location')).toBe(
        `${other.ingest.parts.nodeUrl}/internal/v1/streams/${streamId}/flv`,
      );
    } finally {
      await other.stop();
    }
  });

  it('ends with its show, and the publisher is cut', async () => {
    const { client, show, streamId } = await onAir();
    await harness.end(show);
    await client.closed;
    const ended = await harness.events.of<EventOf<typeof streamEnded>['data']>(
      'media.stream_ended',
      show.showId,
    );
    expect(ended).toMatchObject({ streamId, reason: 'show_ended' });
  });

  it('waits when its ingest process died with it', async () => {
    const show = await harness.schedule();
    const session = await openSession(harness.pool, {
      showId: show.showId,
      shopId: harness.shopId,
      keyId: newId(),
      connectionId: newId(),
      nodeUrl: 'http://127.0.0.1:9',
    });
    await harness.pool.query(
      `UPDATE publish_sessions SET published_at = now(), seen_at = now() - interval '1 minute' WHERE stream_id = $1`,
      [session.streamId],
    );
    await harness.events.of('media.stream_interrupted', show.showId);
    await harness.end(show);
  });

  it('is either resumed or ended, never both, when both come at once', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 40; round += 1) {
      const ids = { showId: newId(), shopId: harness.shopId, keyId: newId(), nodeUrl: 'http://127.0.0.1:9' };
      const first = await openSession(harness.pool, { ...ids, connectionId: newId() });
      await harness.pool.query(
        `UPDATE publish_sessions SET state = 'waiting', published_at = now(), resume_until = now() - interval '1 ms'
          WHERE stream_id = $1`,
        [first.streamId],
      );
      const [second] = await Promise.all([
        openSession(harness.pool, { ...ids, connectionId: newId() }),
        endPassedSessions(harness.pool),
      ]);
      const { rows } = await harness.pool.query<{ stream_id: string; state: string }>(
        'SELECT stream_id, state FROM publish_sessions WHERE show_id = $1 ORDER BY opened_at',
        [ids.showId],
      );
      const resumed = second.streamId === first.streamId;
      outcomes.add(resumed ? 'resumed' : 'ended');
      expect(rows).toEqual(
        resumed
          ? [{ stream_id: first.streamId, state: 'live' }]
          : [
              { stream_id: first.streamId, state: 'ended' },
              { stream_id: second.streamId, state: 'live' },
            ],
      );
      await harness.pool.query('DELETE FROM publish_sessions WHERE show_id = $1', [ids.showId]);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});

describe('while the database is away', () => {
  it('a host who published before comes back, and is recorded when it returns', async () => {
    const { client, key, streamId, show } = await onAir();
    harness.database.cut();
    try {
      client.destroy();
      await until(() => harness.ingest.parts.publishers.find(streamId) === undefined);
      const back = await harness.connect();
      await publish(back, key.streamKey);
      await until(() => harness.ingest.parts.publishers.find(streamId)?.stream.isJoinable ?? false);
      const stranger = await harness.connect();
      expect(await stranger.publish('sf_unknown')).toBe(BAD_NAME);
    } finally {
      harness.database.mend();
    }
    await until(async () => {
      const { rows } = await harness.pool.query(
        'SELECT connection_id FROM publish_sessions WHERE stream_id = $1 AND state = $2',
        [streamId, 'live'],
      );
      return rows[0]?.connection_id === harness.ingest.parts.publishers.find(streamId)?.session.connectionId;
    });
    await harness.end(show);
  });
});

describe('what browsers cannot play', () => {
  it.each<[string, FlvTag, string, RegExp]>([
    ['HEVC by the old way', video('1c00000000'), 'wrong_video_codec', /HEVC.*H\.264/],
    ['HEVC by enhanced RTMP', video('9068766331'), 'wrong_video_codec', /HEVC.*H\.264/],
    ['AV1', video('9061763031'), 'wrong_video_codec', /AV1.*H\.264/],
    ['MP3', { type: 8, timestamp: 0, data: Buffer.from('2fffe340', 'hex') }, 'wrong_audio_codec', /MP3.*AAC/],
    [
      'H.264 with ten bits',
      video('170000000001 6e001fffe1001b676e001facd940500 5bb'.replaceAll(' ', '')),
      'unusable_video',
      /./,
    ],
  ])('%s is refused with a reason that the studio shows', async (_name, tag, reason, advice) => {
    const { show, key } = await withShow();
    const client = await harness.connect();
    await client.publish(key.streamKey);
    client.sendTag(tag);
    await client.closed;
    const refused = await harness.events.of<EventOf<typeof streamRefused>['data']>(
      'media.stream_refused',
      show.showId,
    );
    expect(refused).toMatchObject({ reason, keyId: key.keyId });
    expect(refused.advice).toMatch(advice);
    await until(async () => (await health(show.showId)).state === 'none');
    expect(await health(show.showId)).toMatchObject({ streamId: null, lastRefusal: { reason } });
    expect(harness.events.count('media.stream_published', show.showId)).toBe(0);
    await harness.end(show);
  });
});

describe('the feed', () => {
  it('begins at the newest key frame with everything a decoder needs, and ends with the publisher', async () => {
    const { client, streamId } = await onAir();
    const response = await harness.feed(streamId);
    expect(response.headers.get('x-feed-anchor')).toMatch(/^\d+;\d{13}$/);
    client.destroy();
    const read = readFlv(Buffer.from(await response.arrayBuffer()));
    expect(read.slice(0, 4).map(tagKind)).toEqual(['metadata', 'avc-config', 'aac-config', 'key-frame']);
    expect(read.filter((tag) => tagKind(tag) === 'key-frame')).toHaveLength(1);
    expect(read.at(-1)?.timestamp).toBe(
      tags.filter((tag) => tagKind(tag) !== 'end-of-sequence').at(-1)?.timestamp,
    );
  });

  it('is for our own processes only', async () => {
    const url = `${harness.url}/internal/v1/streams/${newId()}/flv`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await harness.feed(newId())).status).toBe(410);
    expect((await harness.feed('not-an-id')).status).toBe(410);
  });

  it('waits for a publisher who is expected back', async () => {
    const { client, streamId, key } = await onAir();
    client.destroy();
    await until(() => harness.ingest.parts.publishers.find(streamId) === undefined);
    const asked = harness.feed(streamId);
    await publish(await harness.connect(), key.streamKey);
    expect((await asked).status).toBe(200);
  });

  it('cuts a reader that does not read, and the publisher notices nothing', async () => {
    const { client, streamId } = await onAir();
    const lazy = await harness.feed(streamId);
    const big = Buffer.concat([Buffer.from('2701000000', 'hex'), Buffer.alloc(1_000_000)]);
    const config = tags.find((tag) => tagKind(tag) === 'key-frame');
    const diligent = await harness.feed(streamId);
    let received = 0;
    const reading = (async () => {
      for await (const bytes of diligent.body ?? []) received += bytes.length;
    })();
    for (let turn = 1; turn <= 40; turn += 1) {
      client.sendTag({ type: 9, timestamp: 6_000 + turn, data: big });
      await until(() => received > turn * 900_000);
    }
    await expect(lazy.arrayBuffer()).rejects.toThrow();
    client.sendTag({ ...(config as FlvTag), timestamp: 7_000 });
    client.destroy();
    await reading;
    expect(received).toBeGreaterThan(40_000_000);
  });
});

describe('health', () => {
  it('tells what arrives, with advice', async () => {
    const { show, streamId } = await onAir();
    expect(await health(show.showId)).toMatchObject({
      state: 'live',
      streamId,
      video: {
        codecs: expect.stringMatching(/^avc1\./),
        width: 320,
        height: 180,
        bFrames: false,
        keyFrameIntervalS: 2,
      },
      audio: { codecs: 'mp4a.40.2', sampleRate: 48_000, channels: 2 },
      framesDropped: 0,
    });
    await harness.events.of('media.stream_health_changed', show.showId);
  });

  it('is for the shop’s own people', async () => {
    const show = await harness.schedule();
    const ask = (as?: Parameters<typeof harness.call>[2]) =>
      harness.call(readStreamHealthEndpoint, { params: { showId: show.showId } }, as);
    expect(await ask()).toMatchObject({ problem: { code: 'unauthenticated' } });
    expect(await ask(testIdentity())).toMatchObject({ problem: { code: 'forbidden' } });
    const unknown = { params: { showId: newId() } };
    expect(await harness.call(readStreamHealthEndpoint, unknown, harness.host)).toMatchObject({
      problem: { code: 'show_not_known' },
    });
    await harness.end(show);
  });
});

describe('RTMPS', () => {
  it('takes publishers over TLS', async () => {
    const { show, key } = await withShow();
    const client = await harness.connect(true);
    await publish(client, key.streamKey);
    await harness.events.of('media.stream_published', show.showId);
    await harness.end(show);
  });
});

function video(hex: string): FlvTag {
  return { type: 9, timestamp: 0, data: Buffer.from(hex, 'hex') };
}

/** A show that no other test's key opens, with its host's key. */
async function withShow() {
  const host = testIdentity({ shops: [{ shopId: harness.shopId, role: 'host' }] });
  const show = await harness.schedule({ hostId: host.userId });
  return { show, key: await harness.createKey({}, host) };
}

async function onAir() {
  const { show, key } = await withShow();
  const client = await harness.connect();
  await publish(client, key.streamKey);
  const { streamId } = await harness.events.of<{ streamId: string }>('media.stream_published', show.showId);
  return { client, show, key, streamId };
}

async function publish(client: RtmpClient, streamKey: string): Promise<void> {
  expect(await client.publish(streamKey)).toBe(START);
  for (const tag of tags) client.sendTag(tag);
}

async function showOf(streamKey: string): Promise<string | undefined> {
  const client = await harness.connect();
  expect(await client.publish(streamKey)).toBe(START);
  const { rows } = await harness.pool.query<{ show_id: string }>(
    `SELECT show_id FROM publish_sessions WHERE state = 'live' ORDER BY opened_at DESC LIMIT 1`,
  );
  client.destroy();
  await until(
    async () =>
      (await harness.pool.query('SELECT 1 FROM publish_sessions WHERE show_id = $1', [rows[0]?.show_id])).rows
        .length === 0,
  );
  return rows[0]?.show_id;
}

async function health(showId: string) {
  const answer = await harness.call(readStreamHealthEndpoint, { params: { showId } }, harness.host);
  if (!answer.ok) throw new Error(answer.problem.code);
  return answer.body;
}
