import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { StreamAdvice, StreamRefusalReason } from '../events/media.ts';
import { Id, line, Moment } from '../values.ts';

const shop = z.object({ shopId: Id });
const oneKey = shop.extend({ keyId: Id });

/** A stream key as it can be seen again: never its secret. */
export const StreamKeyView = z.object({
  keyId: Id,
  shopId: Id,
  hostId: Id,
  /** Shows of this series only; null for any show of the host in the shop. */
  seriesId: Id.nullable(),
  label: z.string(),
  /** Last characters of the secret, to tell keys apart. */
  ending: z.string(),
  createdAt: Moment,
  lastUsedAt: Moment.nullable(),
  revokedAt: Moment.nullable(),
});
export type StreamKeyView = z.infer<typeof StreamKeyView>;

/** A new secret, shown this once, with what goes into OBS ("Custom" service: server and stream key). */
export const StreamKeySecret = StreamKeyView.extend({
  server: z.string(),
  /** The same over TLS; null where no certificate is set. */
  secureServer: z.string().nullable(),
  streamKey: z.string(),
});
export type StreamKeySecret = z.infer<typeof StreamKeySecret>;

export const createStreamKeyEndpoint = defineEndpoint({
  process: 'ingest',
  name: 'createStreamKey',
  summary:
    'Makes a stream key for the caller, for all shows they host in the shop or for one series; its secret is shown once.',
  method: 'POST',
  path: '/v1/shops/:shopId/stream-keys',
  access: 'user',
  params: shop,
  body: z.object({ label: line(1, 60).default('Stream key'), seriesId: Id.optional() }),
  replies: { 201: StreamKeySecret },
  errors: ['too_many_stream_keys'],
  rate: { per: 'account', limit: 30, windowS: 60 },
});

export const listStreamKeysEndpoint = defineEndpoint({
  process: 'ingest',
  name: 'listStreamKeys',
  summary: 'The stream keys of a shop, newest first, revoked ones included for thirty days.',
  method: 'GET',
  path: '/v1/shops/:shopId/stream-keys',
  access: 'user',
  params: shop,
  replies: { 200: z.object({ items: z.array(StreamKeyView) }) },
});

export const rotateStreamKeyEndpoint = defineEndpoint({
  process: 'ingest',
  name: 'rotateStreamKey',
  summary: 'Gives a stream key a new secret; whoever publishes with the old one is cut off.',
  method: 'POST',
  path: '/v1/shops/:shopId/stream-keys/:keyId/rotate',
  access: 'user',
  params: oneKey,
  replies: { 200: StreamKeySecret },
  errors: ['stream_key_not_found', 'stream_key_revoked'],
  rate: { per: 'account', limit: 30, windowS: 60 },
});

export const revokeStreamKeyEndpoint = defineEndpoint({
  process: 'ingest',
  name: 'revokeStreamKey',
  summary: 'Ends a stream key for good; whoever publishes with it is cut off within two seconds.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/stream-keys/:keyId',
  access: 'user',
  params: oneKey,
  replies: { 204: null },
  errors: ['stream_key_not_found'],
});

const figure = z.number().min(0);

/** How a show's stream arrives, measured over the last seconds. */
export const StreamHealth = z.object({
  showId: Id,
  /** `waiting`: the publisher vanished and may come back; `none`: nothing arrives. */
  state: z.enum(['live', 'waiting', 'none']),
  streamId: Id.nullable(),
  publishedAt: Moment.nullable(),
  resumeUntil: Moment.nullable(),
  video: z
    .object({
      codecs: z.string(),
      width: z.int(),
      height: z.int(),
      frameRate: figure,
      bitrateKbps: figure,
      /** Longest distance between key frames lately; null until two have come. */
      keyFrameIntervalS: figure.nullable(),
      bFrames: z.boolean(),
    })
    .nullable(),
  audio: z
    .object({ codecs: z.string(), sampleRate: z.int(), channels: z.int(), bitrateKbps: figure })
    .nullable(),
  /** Frames that never came, by the gaps in the timestamps, since the publisher connected. */
  framesDropped: z.int().min(0),
  /** How far arrival wavers against the timestamps, milliseconds. */
  jitterMs: figure,
  advice: z.array(StreamAdvice),
  /** Why the last publisher for this show was turned away, if one was lately. */
  lastRefusal: z.object({ at: Moment, reason: StreamRefusalReason, advice: z.string() }).nullable(),
});
export type StreamHealth = z.infer<typeof StreamHealth>;

export const readStreamHealthEndpoint = defineEndpoint({
  process: 'ingest',
  name: 'readStreamHealth',
  summary: 'How the stream of a show arrives, with advice in plain words; figures change once a second.',
  method: 'GET',
  path: '/v1/shows/:showId/health',
  access: 'user',
  params: z.object({ showId: Id }),
  replies: { 200: StreamHealth },
  errors: ['show_not_known'],
});
