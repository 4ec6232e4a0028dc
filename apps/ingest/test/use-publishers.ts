import { readStreamHealthEndpoint } from '#contracts';
import type { FlvTag } from '#flv';
import { makeFlv, testIdentity, type RtmpClient } from '#testing';
import { afterAll, beforeAll, expect } from '@jest/globals';
import type { IngestEnv } from '../src/ingest.env.ts';
import { startIngestHarness, type IngestHarness } from './ingest-harness.ts';

export const START = 'NetStream.Publish.Start';
export const BAD_NAME = 'NetStream.Publish.BadName';

/** A harness for all tests of a file, with a short recording that its publishers send. */
export function usePublishers(overrides: () => Partial<IngestEnv> = () => ({})) {
  let harness: IngestHarness;
  let tags: FlvTag[];
  beforeAll(async () => {
    [harness, tags] = await Promise.all([
      startIngestHarness(overrides()),
      makeFlv({ durationS: 5, size: '320x180', frameRate: 15, videoKbps: 200 }),
    ]);
  }, 60_000);
  afterAll(() => harness?.stop());

  /** Publishes the whole recording at once. */
  async function publish(client: RtmpClient, streamKey: string): Promise<void> {
    expect(await client.publish(streamKey)).toBe(START);
    for (const tag of tags) client.sendTag(tag);
  }

  /** A show that no other test's key opens, with its host's key. */
  async function withShow() {
    const host = testIdentity({ shops: [{ shopId: harness.shopId, role: 'host' }] });
    const show = await harness.schedule({ hostId: host.userId });
    return { show, key: await harness.createKey({}, host) };
  }

  return {
    get harness() {
      return harness;
    },
    get tags() {
      return tags;
    },
    publish,
    withShow,
    /** A show whose stream is confirmed. */
    async onAir() {
      const { show, key } = await withShow();
      const client = await harness.connect();
      await publish(client, key.streamKey);
      const { streamId } = await harness.events.of<{ streamId: string }>(
        'media.stream_published',
        show.showId,
      );
      return { client, show, key, streamId };
    },
    async health(showId: string) {
      const answer = await harness.call(readStreamHealthEndpoint, { params: { showId } }, harness.host);
      if (!answer.ok) throw new Error(answer.problem.code);
      return answer.body;
    },
  };
}
