import { z } from 'zod';
import { Id, Moment } from '../values.ts';
import { defineEvent } from './define.ts';

const stream = { context: 'media', aggregate: 'stream', publisher: 'ingest' } as const;

/** Which stream an event is about: one stream per run of a show, however often its publisher reconnects. */
const which = { streamId: Id, showId: Id, shopId: Id };

/** Whose fault a failure was: the publisher sent what cannot be used, our software broke, or the machine lacks something. */
export const Blame = z.enum(['publisher', 'us', 'machine']);
export type Blame = z.infer<typeof Blame>;

/** Why a stream is over. */
export const StreamEndReason = z.enum(['window_passed', 'show_ended', 'show_deleted', 'key_revoked']);
export type StreamEndReason = z.infer<typeof StreamEndReason>;

/** Why a publisher was turned away. */
export const StreamRefusalReason = z.enum([
  'unknown_key',
  'no_show',
  'show_over',
  'wrong_video_codec',
  'wrong_audio_codec',
  'unusable_video',
  'no_video',
  'too_large',
]);
export type StreamRefusalReason = z.infer<typeof StreamRefusalReason>;

export const streamPublished = defineEvent({
  ...stream,
  name: 'stream_published',
  consumers: ['catalog', 'chat'],
  doc: "A show's first usable picture has arrived; the show goes live.",
  data: z.object({
    ...which,
    publishedAt: Moment,
    width: z.int(),
    height: z.int(),
    frameRate: z.number().nullable(),
  }),
});

export const streamInterrupted = defineEvent({
  ...stream,
  name: 'stream_interrupted',
  consumers: ['catalog', 'chat'],
  doc: 'The publisher vanished; the show waits for it until `resumeUntil`.',
  data: z.object({ ...which, interruptedAt: Moment, resumeUntil: Moment }),
});

export const streamResumed = defineEvent({
  ...stream,
  name: 'stream_resumed',
  consumers: ['catalog', 'chat'],
  doc: 'The publisher came back inside the window.',
  data: z.object({ ...which, resumedAt: Moment }),
});

export const streamEnded = defineEvent({
  ...stream,
  name: 'stream_ended',
  consumers: ['catalog', 'chat', 'origin'],
  doc: 'A stream is over for good: its window passed, or somebody ended it.',
  data: z.object({ ...which, endedAt: Moment, reason: StreamEndReason }),
});

export const streamRefused = defineEvent({
  ...stream,
  name: 'stream_refused',
  aggregate: 'stream key',
  consumers: ['chat'],
  doc: 'A publisher with a good key was turned away; the studio shows why.',
  data: z.object({
    keyId: Id,
    shopId: Id,
    showId: Id.nullable(),
    reason: StreamRefusalReason,
    /** For the host, in plain words. */
    advice: z.string(),
  }),
});

export const clockMeasured = defineEvent({
  ...stream,
  name: 'clock_measured',
  consumers: ['chat'],
  doc: "What the publisher's clock showed at a moment: on each (re)start and every ten seconds. `mediaTime` is what players read from PROGRAM-DATE-TIME for that picture.",
  data: z.object({
    ...which,
    /** Presentation time of the publisher, milliseconds. */
    pts: z.int(),
    /** When that picture arrived, Unix milliseconds of our clock. */
    wallMs: z.int(),
    /** Programme time of that picture, Unix milliseconds. */
    mediaTime: z.int(),
  }),
});

/** One thing a host should know about the stream, with what to do about it. */
export const StreamAdvice = z.object({
  code: z.enum([
    'key_frames_far_apart',
    'key_frames_irregular',
    'no_audio',
    'audio_gaps',
    'low_frame_rate',
    'frames_dropped',
    'low_bitrate',
    'high_bitrate',
    'unsteady_upload',
    'b_frames',
    'odd_size',
    'rung_dropped',
    'transcoder_restarted',
    'transcoder_missing',
    'storage_full',
  ]),
  level: z.enum(['hint', 'warning', 'problem']),
  text: z.string(),
});
export type StreamAdvice = z.infer<typeof StreamAdvice>;

export const streamHealthChanged = defineEvent({
  ...stream,
  name: 'stream_health_changed',
  consumers: ['chat'],
  doc: 'The list of advice for the host of a stream changed; carries the whole list.',
  data: z.object({ ...which, advice: z.array(StreamAdvice) }),
});

export const transcodeTroubled = defineEvent({
  ...stream,
  publisher: 'transcoder',
  name: 'transcode_troubled',
  consumers: ['ingest'],
  doc: 'A transcoder had to restart, change or give up a rendition.',
  data: z.object({
    streamId: Id,
    showId: Id,
    what: z.enum(['restarted', 'rung_dropped', 'top_rung_encoded', 'storage_full', 'gave_up']),
    blame: Blame,
    rendition: z.string().nullable(),
    detail: z.string(),
  }),
});
