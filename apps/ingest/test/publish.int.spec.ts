import {
  createStreamKeyEndpoint,
  listStreamKeysEndpoint,
  revokeStreamKeyEndpoint,
  rotateStreamKeyEndpoint,
  type EventOf,
  type streamEnded,
  type streamInterrupted,
  type streamPublished,
} from '#contracts';
import { newId } from '#process';
import { selfSignedCertificate, testIdentity } from '#testing';
import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endPassedSessions, openSession } from '../src/sessions/publish-sessions.ts';
import { until } from './ingest-harness.ts';
import { BAD_NAME, START, usePublishers } from './use-publishers.ts';

const certificates = mkdtempSync(join(tmpdir(), 'sf-cert-'));
const [certificate, privateKey] = [join(certificates, 'cert.pem'), join(certificates, 'key.pem')];
const { cert, key: keyPem } = selfSignedCertificate();
writeFileSync(certificate, cert);
writeFileSync(privateKey, keyPem);
const at = usePublishers(() => ({ RTMPS_CERT: certificate, RTMPS_KEY: privateKey }));

afterAll(() => rmSync(certificates, { recursive: true, force: true }));

describe('stream keys', () => {
  it('are shown once, listed without their secret, and for the shop’s hosts only', async () => {
    const { shopId, host, call } = at.harness;
    const made = await at.harness.createKey();
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
    const { rows } = await at.harness.pool.query('SELECT * FROM stream_keys WHERE key_id = $1', [made.keyId]);
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
    const { client, key, show } = await at.onAir();
    const { shopId, host, call } = at.harness;
    const rotated = await call(rotateStreamKeyEndpoint, { params: { shopId, keyId: key.keyId } }, host);
    await client.closed;
    expect(await (await at.harness.connect()).publish(key.streamKey)).toBe(BAD_NAME);
    const fresh = rotated.ok && 'streamKey' in rotated.body ? rotated.body.streamKey : '';
    expect(await (await at.harness.connect()).publish(fresh)).toBe(START);
    await at.harness.end(show);
  });

  it('are refused with a code when they are of another shop, revoked or unknown', async () => {
    const { shopId, host, call } = at.harness;
    const { keyId } = await at.harness.createKey();
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

  it('that are revoked cut a live publisher, at every process', async () => {
    const { client, key } = await at.onAir();
    // Not through this process: as if another one had answered the request.
    await at.harness.pool.query('UPDATE stream_keys SET revoked_at = now() WHERE key_id = $1', [key.keyId]);
    await client.closed;
    expect(await (await at.harness.connect()).publish(key.streamKey)).toBe(BAD_NAME);
  });
});

describe('which show a key opens', () => {
  it('the live one before scheduled ones, the next before later ones, and only of its series', async () => {
    const [now, seriesId] = [Date.now(), newId()];
    const host = testIdentity({ shops: [{ shopId: at.harness.shopId, role: 'host' }] });
    const key = await at.harness.createKey({}, host);
    const seriesKey = await at.harness.createKey({ seriesId }, host);
    const inMinutes = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
    expect(await (await at.harness.connect()).publish(key.streamKey)).toBe(BAD_NAME);
    const hostId = host.userId;
    await at.harness.schedule({ hostId, startsAt: inMinutes(-60 * 24 * 30) });
    const later = await at.harness.schedule({ hostId, startsAt: inMinutes(120), seriesId });
    const next = await at.harness.schedule({ hostId, startsAt: inMinutes(10) });
    await at.harness.schedule({ startsAt: inMinutes(1) });
    expect(await showOf(key.streamKey)).toBe(next.showId);
    expect(await showOf(seriesKey.streamKey)).toBe(later.showId);
    const live = await at.harness.schedule({ hostId, startsAt: inMinutes(300) });
    await at.harness.goLive(live);
    expect(await showOf(key.streamKey)).toBe(live.showId);
    await at.harness.end(live);
    expect(await showOf(key.streamKey)).toBe(next.showId);
  });
});

describe('a publish session', () => {
  it('announces the stream once its picture is usable, and puts one job', async () => {
    const { show, streamId } = await at.onAir();
    const published = await at.harness.events.of<EventOf<typeof streamPublished>['data']>(
      'media.stream_published',
      show.showId,
    );
    expect(published).toMatchObject({
      streamId,
      shopId: at.harness.shopId,
      width: 320,
      height: 180,
      frameRate: 15,
    });
    await until(() => at.harness.jobs.some((job) => job.streamId === streamId));
    expect(at.harness.jobs.filter((job) => job.streamId === streamId)).toEqual([
      {
        streamId,
        showId: show.showId,
        ingestUrl: at.harness.ingest.parts.nodeUrl,
        width: 320,
        height: 180,
        frameRate: 15,
      },
    ]);
  });

  it('survives its publisher’s absence as the same stream', async () => {
    const { client, show, streamId, key } = await at.onAir();
    client.destroy();
    const interrupted = await at.harness.events.of<EventOf<typeof streamInterrupted>['data']>(
      'media.stream_interrupted',
      show.showId,
    );
    const windowMs = Date.parse(interrupted.resumeUntil) - Date.parse(interrupted.interruptedAt);
    expect(windowMs).toBe(120_000);
    expect(await at.health(show.showId)).toMatchObject({ state: 'waiting', streamId, video: null });
    await at.publish(await at.harness.connect(), key.streamKey);
    await at.harness.events.of('media.stream_resumed', show.showId);
    expect(await at.health(show.showId)).toMatchObject({ state: 'live', streamId });
    expect(at.harness.events.count('media.stream_published', show.showId)).toBe(1);
  });

  it('ends when its window has passed, and the key opens no ended show', async () => {
    const { client, show, streamId } = await at.onAir();
    client.destroy();
    await at.harness.events.of('media.stream_interrupted', show.showId);
    await at.harness.pool.query('UPDATE publish_sessions SET resume_until = now() WHERE stream_id = $1', [
      streamId,
    ]);
    const ended = await at.harness.events.of<EventOf<typeof streamEnded>['data']>(
      'media.stream_ended',
      show.showId,
    );
    expect(ended).toMatchObject({ streamId, reason: 'window_passed' });
    expect((await at.harness.feed(streamId)).status).toBe(410);
  });

  it('is taken over by a second connection with the same key', async () => {
    const { client, streamId, key, show } = await at.onAir();
    const second = await at.harness.connect();
    await at.publish(second, key.streamKey);
    await client.closed;
    await until(async () => (await at.health(show.showId)).streamId === streamId);
    expect(await at.health(show.showId)).toMatchObject({ state: 'live', streamId });
    // The first connection's end must not make the session wait.
    const { rows } = await at.harness.pool.query('SELECT state FROM publish_sessions WHERE stream_id = $1', [
      streamId,
    ]);
    expect(rows).toEqual([{ state: 'live' }]);
  });

  it('moves to another ingest process with its publisher', async () => {
    const { client, streamId, key } = await at.onAir();
    const other = await at.harness.startNode();
    try {
      await at.publish(await other.connect(), key.streamKey);
      await client.closed;
      const answer = await at.harness.feed(streamId);
      expect(answer.status).toBe(307);
      expect(answer.headers.get('location')).toBe(
        `${other.ingest.parts.nodeUrl}/internal/v1/streams/${streamId}/flv`,
      );
    } finally {
      await other.stop();
    }
  });

  it('ends with its show, and the publisher is cut', async () => {
    const { client, show, streamId } = await at.onAir();
    await at.harness.end(show);
    await client.closed;
    const ended = await at.harness.events.of<EventOf<typeof streamEnded>['data']>(
      'media.stream_ended',
      show.showId,
    );
    expect(ended).toMatchObject({ streamId, reason: 'show_ended' });
  });

  it('waits when its ingest process died with it', async () => {
    const show = await at.harness.schedule();
    const session = await openSession(at.harness.pool, {
      showId: show.showId,
      shopId: at.harness.shopId,
      keyId: newId(),
      connectionId: newId(),
      nodeUrl: 'http://127.0.0.1:9',
    });
    await at.harness.pool.query(
      `UPDATE publish_sessions SET published_at = now(), seen_at = now() - interval '1 minute' WHERE stream_id = $1`,
      [session.streamId],
    );
    await at.harness.events.of('media.stream_interrupted', show.showId);
    await at.harness.end(show);
  });

  it('is either resumed or ended, never both, when both come at once', async () => {
    const outcomes = new Set<string>();
    for (let round = 0; round < 40; round += 1) {
      const ids = {
        showId: newId(),
        shopId: at.harness.shopId,
        keyId: newId(),
        nodeUrl: 'http://127.0.0.1:9',
      };
      const first = await openSession(at.harness.pool, { ...ids, connectionId: newId() });
      await at.harness.pool.query(
        `UPDATE publish_sessions SET state = 'waiting', published_at = now(), resume_until = now() - interval '1 ms'
          WHERE stream_id = $1`,
        [first.streamId],
      );
      const [second] = await Promise.all([
        openSession(at.harness.pool, { ...ids, connectionId: newId() }),
        endPassedSessions(at.harness.pool),
      ]);
      const { rows } = await at.harness.pool.query<{ stream_id: string; state: string }>(
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
      await at.harness.pool.query('DELETE FROM publish_sessions WHERE show_id = $1', [ids.showId]);
    }
    expect(outcomes.size).toBeGreaterThan(0);
  });
});

describe('while the database is away', () => {
  it('a host who published before comes back, and is recorded when it returns', async () => {
    const { client, key, streamId, show } = await at.onAir();
    const stranger = await at.harness.connect();
    let answer: Promise<string>;
    at.harness.database.cut();
    try {
      client.destroy();
      await until(() => at.harness.ingest.parts.publishers.find(streamId) === undefined);
      const back = await at.harness.connect();
      await at.publish(back, key.streamKey);
      await until(() => at.harness.ingest.parts.publishers.find(streamId)?.stream.isJoinable ?? false);
      // Nobody can know whether this key is bad: it waits, instead of being told so for good.
      answer = stranger.publish('sf_unknown');
      await stranger.waitFor((message) => message.command?.[1] === 4);
    } finally {
      at.harness.database.mend();
    }
    expect(await answer).toBe(BAD_NAME);
    await until(async () => {
      const { rows } = await at.harness.pool.query(
        'SELECT connection_id FROM publish_sessions WHERE stream_id = $1 AND state = $2',
        [streamId, 'live'],
      );
      return (
        rows[0]?.connection_id === at.harness.ingest.parts.publishers.find(streamId)?.session.connectionId
      );
    });
    await at.harness.end(show);
  });
});

describe('RTMPS', () => {
  it('takes publishers over TLS', async () => {
    const { show, key } = await at.withShow();
    const client = await at.harness.connect(true);
    await at.publish(client, key.streamKey);
    await at.harness.events.of('media.stream_published', show.showId);
    await at.harness.end(show);
  });
});

async function showOf(streamKey: string): Promise<string | undefined> {
  const client = await at.harness.connect();
  expect(await client.publish(streamKey)).toBe(START);
  const { rows } = await at.harness.pool.query<{ show_id: string }>(
    `SELECT show_id FROM publish_sessions WHERE state = 'live' ORDER BY opened_at DESC LIMIT 1`,
  );
  client.destroy();
  await until(
    async () =>
      (await at.harness.pool.query('SELECT 1 FROM publish_sessions WHERE show_id = $1', [rows[0]?.show_id]))
        .rows.length === 0,
  );
  return rows[0]?.show_id;
}
