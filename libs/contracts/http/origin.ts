import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { LogEntry } from '../socket/show-log.ts';
import { Id, Moment, page, PageQuery } from '../values.ts';

const show = z.object({ showId: Id });
const shop = z.object({ shopId: Id });

/** Where a show can be played, as paths from the root of the site. */
export const PlaybackView = z.object({
  /** The show as it is now: live, or its replay when it is over. */
  url: z.string(),
  /** The whole show from its beginning, also while it is on air. */
  fromStartUrl: z.string(),
  posterUrl: z.string(),
  /** WebVTT with a picture for every few seconds, for seek bars. */
  storyboardUrl: z.string(),
  /** When the addresses stop working; null for shows that everybody may watch. */
  expiresAt: Moment.nullable(),
});
export type PlaybackView = z.infer<typeof PlaybackView>;

export const openPlaybackEndpoint = defineEndpoint({
  process: 'origin',
  name: 'openPlayback',
  summary:
    "Addresses to play a show at. Those of a private show, or of one in rehearsal, are signed and for the shop's people.",
  method: 'POST',
  path: '/v1/shows/:showId/playback',
  access: 'guest',
  params: show,
  replies: { 200: PlaybackView },
  errors: ['show_deleted'],
  rate: { per: 'address', limit: 120, windowS: 60 },
});

/** A stretch of the show about one thing, in seconds of the replay. */
export const ChapterView = z.object({
  startS: z.number(),
  endS: z.number(),
  title: z.string(),
  productId: Id.nullable(),
  imageUrl: z.string().nullable(),
});
export type ChapterView = z.infer<typeof ChapterView>;

export const listChaptersEndpoint = defineEndpoint({
  process: 'origin',
  name: 'listChapters',
  summary: 'Chapters of a show, one for each product that was shown, on the time line of its replay.',
  method: 'GET',
  path: '/v1/shows/:showId/chapters',
  access: 'guest',
  params: show,
  replies: { 200: z.object({ durationS: z.number(), chapters: z.array(ChapterView) }) },
  errors: ['show_deleted'],
});

/** Entries taken at once; a show that had more comes in several calls. */
export const LOG_ENTRIES_PER_CALL = 500;

export const addLogEntriesEndpoint = defineEndpoint({
  process: 'origin',
  name: 'addLogEntries',
  summary:
    'Adds entries of the show log to playlists and chapters; an entry that is there already changes nothing.',
  method: 'POST',
  path: '/v1/internal/shows/:showId/log',
  access: 'internal',
  params: show,
  body: z.object({ entries: z.array(LogEntry).min(1).max(LOG_ENTRIES_PER_CALL) }),
  replies: { 200: z.object({ added: z.int() }) },
  errors: ['show_deleted'],
});

/** Longest clip, seconds. */
export const CLIP_MAX_S = 180;

const ClipQuery = z.object({
  /** Seconds of the replay's time line. The clip begins with the segment that holds this moment. */
  from: z.coerce.number().min(0).max(604_800),
  to: z.coerce.number().min(0).max(604_800),
});

export const downloadClipEndpoint = defineEndpoint({
  process: 'origin',
  name: 'downloadClip',
  summary:
    'A stretch of a show as one MP4 file, cut at segments (about two seconds). The same stretch as a playlist is at `clip.m3u8?from=&to=` beside the show.',
  method: 'GET',
  path: '/v1/shows/:showId/clip.mp4',
  access: 'guest',
  params: show,
  query: ClipQuery,
  replies: { 200: z.string() },
  produces: 'video/mp4',
  errors: ['show_deleted', 'clip_span'],
  rate: { per: 'address', limit: 20, windowS: 60 },
});

/** A stored show. */
export const RecordingView = z.object({
  showId: Id,
  title: z.string(),
  endedAt: Moment,
  durationS: z.number(),
  bytes: z.int(),
  /** When it will be removed; null for never. */
  removedAt: Moment.nullable(),
  url: z.string(),
  posterUrl: z.string(),
});
export type RecordingView = z.infer<typeof RecordingView>;

export const listRecordingsEndpoint = defineEndpoint({
  process: 'origin',
  name: 'listRecordings',
  summary: "A shop's recordings, latest first.",
  method: 'GET',
  path: '/v1/shops/:shopId/recordings',
  access: 'user',
  params: shop,
  query: PageQuery,
  replies: { 200: page(RecordingView) },
});

export const deleteRecordingEndpoint = defineEndpoint({
  process: 'origin',
  name: 'deleteRecording',
  summary: 'Removes the recording of a show that is over; the show itself stays.',
  method: 'DELETE',
  path: '/v1/shows/:showId/recording',
  access: 'user',
  params: show,
  replies: { 204: null },
  errors: ['show_deleted', 'show_on_air'],
});

/** How long a shop's recordings are kept. */
export const RetentionView = z.object({
  /** Days after the end of the show; null keeps them. */
  days: z.int().min(1).max(3_650).nullable(),
});
export type RetentionView = z.infer<typeof RetentionView>;

export const getRetentionEndpoint = defineEndpoint({
  process: 'origin',
  name: 'getRetention',
  summary: "How long a shop's recordings are kept.",
  method: 'GET',
  path: '/v1/shops/:shopId/retention',
  access: 'user',
  params: shop,
  replies: { 200: RetentionView },
});

export const setRetentionEndpoint = defineEndpoint({
  process: 'origin',
  name: 'setRetention',
  summary: "Sets how long a shop's recordings are kept; older ones are removed within the hour.",
  method: 'PUT',
  path: '/v1/shops/:shopId/retention',
  access: 'user',
  params: shop,
  body: RetentionView,
  replies: { 200: RetentionView },
});
