import { z } from 'zod';

/**
 * The wire between a transcoder (writer) and the origin: plain HTTP/1.1 with `Authorization: Bearer <INTERNAL_TOKEN>` and
 * the writer's job generation on every request. The origin persists the highest generation it has seen for a show and
 * answers 409 `stale_generation` to anything below it, so that a worker that was paused and replaced can write no more.
 *
 * Order of a worker's life: `seal`, then `rendition` for every rung of the ladder, then per running rung `init` (once per
 * encoder run), parts in order, `end` after the last part of a segment. Every request may be repeated: the same part put
 * twice is stored once.
 *
 * Segment numbers (msn) are shared by all renditions of a show: segment n of every rendition starts at the same programme
 * time (audio within one part). Numbers never go back and never restart within a show.
 */

/** Header that carries the generation of the writer's job, a whole number that grows with every take-over. */
export const GENERATION_HEADER = 'x-job-generation';

/** Name of a rendition in addresses: `source`, `v720`, `audio`. */
export const RenditionName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);

/** One run of one encoder; unique within the show (for instance generation + counter), since it prefixes every media name. */
export const RunName = z.string().regex(/^[a-z0-9]{1,24}$/);

/** Media sequence number of a segment. */
export const SegmentNumber = z.coerce.number().int().min(0).max(1_000_000_000);

/** What the writer may do from here on: numbers that no former writer has used. */
export const SealReply = z.object({
  /** Highest segment number over all renditions + 1; 0 for a new show. */
  nextSequence: z.number().int().min(0),
  /** How many discontinuities the show has had so far. */
  discontinuitySequence: z.number().int().min(0),
});
export type SealReply = z.infer<typeof SealReply>;

/** A rendition as the multivariant playlist lists it; the whole ladder is announced, whether or not a rung runs. */
export const RenditionDeclaration = z.object({
  kind: z.enum(['video', 'audio']),
  /** RFC 6381 string of this track alone; a prediction for a rung that does not run, the init segment decides later. */
  codecs: z.string().min(1).max(64),
  width: z.number().int().positive().optional(),
  height: z.number().int().positive().optional(),
  frameRate: z.number().positive().max(240).optional(),
  /** Expected peak in bit/s; measured figures replace it as segments arrive. */
  bandwidth: z.number().int().positive().optional(),
  /** For people: `1080p (source)`, `480p`, `Sound`. */
  name: z.string().min(1).max(64),
  run: RunName,
  channels: z.number().int().positive().max(16).optional(),
  /** The rendition a player should begin with. */
  default: z.boolean().optional(),
  /** `listed`: may be asked for, not running; `running`: parts are coming; `stopped`: no more until asked for again. */
  state: z.enum(['listed', 'running', 'stopped']),
});
export type RenditionDeclaration = z.infer<typeof RenditionDeclaration>;

const flag = z.enum(['0', '1']).transform((value) => value === '1');

/** Query of a part's PUT. `pdt` and `discontinuity` belong to a segment's first part (index 0), where `pdt` is required. */
export const PartQuery = z.object({
  /** Seconds. */
  duration: z.coerce.number().positive().max(20),
  independent: flag.default(false),
  run: RunName,
  /** Wall clock of the part's first sample, Unix milliseconds. */
  pdt: z.coerce.number().int().positive().optional(),
  /** The segment does not continue the former one's timeline or encoding. */
  discontinuity: flag.default(false),
});
export type PartQuery = z.infer<typeof PartQuery>;

/** State of the whole stream. `slate`: the picture is the "be right back" one; `ended`: playlists are closed for good. */
export const StreamStateBody = z.object({ state: z.enum(['live', 'slate', 'ended']) });
export type StreamStateBody = z.infer<typeof StreamStateBody>;

/**
 * One line of `GET .../demand` (NDJSON, open until either side ends it). Each line is the whole truth: milliseconds since
 * each rendition was last asked for; renditions nobody has asked for in the last two minutes are absent. A line comes at
 * once when a rendition is asked for that was not asked for in the last second, and every two seconds in any case.
 */
export const DemandLine = z.object({ askedMsAgo: z.record(z.string(), z.number().int().min(0)) });
export type DemandLine = z.infer<typeof DemandLine>;

/** Content type of part and init bodies. */
export const MEDIA_BODY_TYPE = 'video/mp4';

/** Largest part body the origin takes: 0.5 s at 50 Mbit/s is 3 MB, a whole 8 s group at that rate 50 MB. */
export const PART_BODY_LIMIT_BYTES = 64 * 1024 * 1024;

const stream = (showId: string): string => `/internal/v1/streams/${encodeURIComponent(showId)}`;
const rendition = (showId: string, name: string): string =>
  `${stream(showId)}/renditions/${encodeURIComponent(name)}`;

/** Addresses of the wire, relative to `ORIGIN_URL`; `:names` give the route patterns. */
export const partsWire = {
  /** POST {} -> 200 SealReply. Closes whatever the former writer left open. */
  seal: (showId: string) => `${stream(showId)}/seal`,
  /** PUT RenditionDeclaration -> 204. */
  rendition: (showId: string, name: string) => rendition(showId, name),
  /** PUT bytes (ftyp + moov) -> 204. Before the run's first part. */
  init: (showId: string, name: string, run: string) => `${rendition(showId, name)}/init/${run}`,
  /** PUT bytes (moof + mdat, styp allowed) -> 204. */
  part: (showId: string, name: string, msn: number, index: number, query: PartQueryInput) =>
    `${rendition(showId, name)}/segments/${msn}/parts/${index}?${partQueryString(query)}`,
  /** POST -> 204. The segment has no further part. */
  end: (showId: string, name: string, msn: number) => `${rendition(showId, name)}/segments/${msn}/end`,
  /** POST StreamStateBody -> 204. */
  state: (showId: string) => `${stream(showId)}/state`,
  /** GET -> 200 NDJSON of DemandLine. */
  demand: (showId: string) => `${stream(showId)}/demand`,
};

/** A part's query before it is written into the address. */
export interface PartQueryInput {
  duration: number;
  independent: boolean;
  run: string;
  pdt?: number;
  discontinuity?: boolean;
}

function partQueryString(query: PartQueryInput): string {
  const fields = new URLSearchParams({
    duration: query.duration.toFixed(6),
    independent: query.independent ? '1' : '0',
    run: query.run,
  });
  if (query.pdt !== undefined) fields.set('pdt', String(Math.round(query.pdt)));
  if (query.discontinuity) fields.set('discontinuity', '1');
  return fields.toString();
}

/**
 * Refusals of the wire (problem+json `code`):
 * - 401 `unauthenticated`; 400 `invalid_request` (bad path, query, body or not CMAF bytes); 413 `body_too_large`
 * - 409 `stale_generation`: another worker has taken over; stop.
 * - 409 `stream_ended`: the show is over (or its host ended it); stop.
 * - 409 `part_out_of_order`: a part index was skipped, its segment is closed or older than the newest one, or its run has
 *   no init segment yet; carries `expected: { msn, index }`. A writer that does not know better seals and goes on.
 * - 410 `show_deleted`; 503 `unavailable` (disk full, storage away): repeat the same request.
 */
export const PARTS_WIRE_CODES = [
  'unauthenticated',
  'invalid_request',
  'body_too_large',
  'stale_generation',
  'stream_ended',
  'part_out_of_order',
  'show_deleted',
  'unavailable',
] as const;
