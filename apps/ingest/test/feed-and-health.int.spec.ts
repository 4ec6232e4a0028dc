import { readStreamHealthEndpoint, type EventOf, type streamRefused } from '#contracts';
import { readFlv, tagKind, type FlvTag } from '#flv';
import { newId } from '#process';
import { testIdentity } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { until } from './ingest-harness.ts';
import { usePublishers } from './use-publishers.ts';

const at = usePublishers();

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
    const { show, key } = await at.withShow();
    const client = await at.harness.connect();
    await client.publish(key.streamKey);
    client.sendTag(tag);
    await client.closed;
    const refused = await at.harness.events.of<EventOf<typeof streamRefused>['data']>(
      'media.stream_refused',
      show.showId,
    );
    expect(refused).toMatchObject({ reason, keyId: key.keyId });
    expect(refused.advice).toMatch(advice);
    await until(async () => (await at.health(show.showId)).state === 'none');
    expect(await at.health(show.showId)).toMatchObject({ streamId: null, lastRefusal: { reason } });
    expect(at.harness.events.count('media.stream_published', show.showId)).toBe(0);
    await at.harness.end(show);
  });
});

describe('the feed', () => {
  it('begins at the newest key frame with everything a decoder needs, and ends with the publisher', async () => {
    const { client, streamId } = await at.onAir();
    const response = await at.harness.feed(streamId);
    expect(response.headers.get('x-feed-anchor')).toMatch(/^\d+;\d{13}$/);
    client.destroy();
    const read = readFlv(Buffer.from(await response.arrayBuffer()));
    expect(read.slice(0, 4).map(tagKind)).toEqual(['metadata', 'avc-config', 'aac-config', 'key-frame']);
    expect(read.filter((tag) => tagKind(tag) === 'key-frame')).toHaveLength(1);
    expect(read.at(-1)?.timestamp).toBe(
      at.tags.filter((tag) => tagKind(tag) !== 'end-of-sequence').at(-1)?.timestamp,
    );
  });

  it('is for our own processes only', async () => {
    const url = `${at.harness.url}/internal/v1/streams/${newId()}/flv`;
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    expect((await at.harness.feed(newId())).status).toBe(410);
    expect((await at.harness.feed('not-an-id')).status).toBe(410);
  });

  it('waits for a publisher who is expected back', async () => {
    const { client, streamId, key } = await at.onAir();
    client.destroy();
    await until(() => at.harness.ingest.parts.publishers.find(streamId) === undefined);
    const asked = at.harness.feed(streamId);
    await at.publish(await at.harness.connect(), key.streamKey);
    expect((await asked).status).toBe(200);
  });

  it('cuts a reader that does not read, and the publisher notices nothing', async () => {
    const { client, streamId } = await at.onAir();
    const lazy = await at.harness.feed(streamId);
    const big = Buffer.concat([Buffer.from('2701000000', 'hex'), Buffer.alloc(1_000_000)]);
    const config = at.tags.find((tag) => tagKind(tag) === 'key-frame');
    const diligent = await at.harness.feed(streamId);
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
  }, 30_000);
});

describe('health', () => {
  it('tells what arrives, with advice', async () => {
    const { show, streamId } = await at.onAir();
    expect(await at.health(show.showId)).toMatchObject({
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
    await at.harness.events.of('media.stream_health_changed', show.showId);
  });

  it('is for the shop’s own people', async () => {
    const show = await at.harness.schedule();
    const ask = (as?: Parameters<typeof at.harness.call>[2]) =>
      at.harness.call(readStreamHealthEndpoint, { params: { showId: show.showId } }, as);
    expect(await ask()).toMatchObject({ problem: { code: 'unauthenticated' } });
    expect(await ask(testIdentity())).toMatchObject({ problem: { code: 'forbidden' } });
    const unknown = { params: { showId: newId() } };
    expect(await at.harness.call(readStreamHealthEndpoint, unknown, at.harness.host)).toMatchObject({
      problem: { code: 'show_not_known' },
    });
    await at.harness.end(show);
  });
});

function video(hex: string): FlvTag {
  return { type: 9, timestamp: 0, data: Buffer.from(hex, 'hex') };
}
