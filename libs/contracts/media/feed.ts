import { z } from 'zod';
import { Id } from '../values.ts';

/**
 * The wire between ingest and a transcoder: one long HTTP response of FLV per connection of the publisher, asked for with
 * `Authorization: Bearer <INTERNAL_TOKEN>`. It begins with header, metadata and codec set-ups, then the tags since the
 * newest key frame, then every tag as it arrives. A reader that falls behind is cut off and asks again.
 *
 * `GET feedPath(streamId)` answers:
 * - 200 `video/x-flv`: the publisher is there; the body ends when it leaves.
 * - 204 after `FEED_WAIT_MS` without a publisher: ask again.
 * - 410 `stream_over`: there will be nothing more.
 * - 307: the publisher is at another ingest process.
 */
export const feedPath = (streamId: string): string =>
  `/internal/v1/streams/${encodeURIComponent(streamId)}/flv`;

/** How long ingest lets a reader wait for a publisher. */
export const FEED_WAIT_MS = 10_000;

/**
 * Header of a feed: anchor of this connection's programme time as `<pts>;<unix ms>`. The picture with presentation time
 * p (milliseconds, as in the tags) has the programme time `unix ms + p - pts`.
 */
export const FEED_ANCHOR_HEADER = 'x-feed-anchor';
/** Header of a feed: grows with every connection of the publisher, so that a reader knows a new one from the same. */
export const FEED_CONNECTION_HEADER = 'x-feed-connection';

/** Work queue of transcode jobs: one message per stream, in flight as long as a worker has it. */
export const TRANSCODE_JOBS = {
  stream: 'JOBS',
  subject: 'jobs.transcode',
  consumer: 'transcoders',
  /** A worker says `working` every second. */
  ackWaitMs: 3_000,
} as const;

/** Bucket of the leases that fence transcoders: key `transcode.<showId>`. */
export const TRANSCODE_LEASES = { bucket: 'transcode-leases', ttlMs: 3_000 } as const;

/** What a transcoder must know to begin. */
export const TranscodeJob = z.object({
  streamId: Id,
  showId: Id,
  /** Address of an ingest process; any of them finds the stream. */
  ingestUrl: z.url(),
  width: z.int().positive(),
  height: z.int().positive(),
  frameRate: z.number().positive().max(240),
});
export type TranscodeJob = z.infer<typeof TranscodeJob>;
