import { MediaReader } from './media-rules.ts';
import type { FoundRendition } from './multivariant-rules.ts';
import { checkDates, checkLivePlaylist, checkPlaylistText, checkSuccession } from './playlist-rules.ts';
import { mergeDelta, readMediaPlaylist } from './read-playlist.ts';
import type { ReadPlaylist } from './read-playlist.ts';
import type { Findings } from './report.ts';
import type { Wire } from './wire.ts';

/** A rendition after it was played. */
export interface Played {
  name: string;
  kind: FoundRendition['kind'];
  media: MediaReader;
  /** Newest playlist. */
  playlist: ReadPlaylist | undefined;
}

/** Segments of a finished playlist that are looked into. */
const FINISHED_SEGMENTS = 20;

/** Every so many reloads a delta update is asked for instead. */
const DELTA_EVERY = 4;

/** Longest that a playlist may be held back: three target durations, and a little for the way. */
const LONGEST_RELOAD_MS = 9_500;

/** Plays one rendition as a low-latency player does: blocking reloads, every part as it appears. */
export async function playRendition(
  { url, kind }: FoundRendition,
  until: number,
  wire: Wire,
  findings: Findings,
): Promise<Played> {
  const where = new URL(url).pathname;
  const media = new MediaReader(url, wire, findings);
  const played: Played = { name: where, kind, media, playlist: undefined };
  let seen: Position | undefined;
  for (let reload = 0; performance.now() < until; reload++) {
    const skip = reload % DELTA_EVERY === DELTA_EVERY - 1;
    const answer = await wire.get(seen ? reloadAddress(url, seen, skip) : url);
    if (!answer) break;
    const text = new TextDecoder().decode(answer.body);
    checkHeaders(answer.headers, where, findings);
    checkPlaylistText(text, where, findings);
    const playlist = mergeDelta(played.playlist, readMediaPlaylist(text));
    if (!playlist) {
      findings.add('delta-update', where, 'it skips segments that the player was never given');
      continue;
    }
    if (seen) {
      checkReload(playlist, seen, answer.tookMs, where, findings);
      findings.reloadsMs.push(answer.tookMs);
    }
    if (played.playlist) checkSuccession(played.playlist, playlist, where, findings);
    checkDates(playlist, where, findings);
    if (!playlist.ended) checkLivePlaylist(playlist, where, findings);
    played.playlist = playlist;
    seen = await readNew(playlist, seen, media, findings);
    if (playlist.ended || playlist.partTarget === undefined) break;
  }
  return played;
}

/** The newest part that a player has. */
interface Position {
  msn: number;
  part: number;
  closed: boolean;
}

function reloadAddress(url: string, { msn, part, closed }: Position, skip: boolean): string {
  const address = new URL(url);
  address.searchParams.set('_HLS_msn', String(closed ? msn + 1 : msn));
  address.searchParams.set('_HLS_part', String(closed ? 0 : part + 1));
  if (skip) address.searchParams.set('_HLS_skip', 'YES');
  return address.href;
}

function checkHeaders(headers: Headers, where: string, findings: Findings): void {
  const type = headers.get('content-type') ?? '';
  findings.check(/mpegurl/i.test(type), 'content-type', where, () => type);
  findings.check(
    headers.has('content-encoding'),
    'compressed',
    where,
    () => 'the playlist came without gzip',
  );
}

/** A blocking reload brings at least the part that was asked for. */
function checkReload(
  playlist: ReadPlaylist,
  seen: Position,
  tookMs: number,
  where: string,
  findings: Findings,
): void {
  const newest = newestOf(playlist);
  const further =
    newest !== undefined &&
    (newest.msn > seen.msn ||
      (newest.msn === seen.msn && (newest.part > seen.part || newest.closed !== seen.closed)));
  findings.check(
    further || playlist.ended,
    'reload-brings-news',
    where,
    () => `nothing after ${seen.msn}.${seen.part}`,
  );
  findings.check(tookMs < LONGEST_RELOAD_MS, 'reload-time', where, () => `${Math.round(tookMs)} ms`);
}

/** Reads the parts that the player does not have; the first time only those of the last segments. */
async function readNew(
  playlist: ReadPlaylist,
  seen: Position | undefined,
  media: MediaReader,
  findings: Findings,
): Promise<Position | undefined> {
  if (playlist.partTarget === undefined) return readWhole(playlist, media, findings);
  const now = Date.now();
  const first = playlist.segments.find(({ parts }) => parts.length > 0);
  // Too slow, parts are not listed any more: what comes next does not follow on what was read last.
  if (seen && first && first.msn > seen.msn + (seen.closed ? 1 : 0)) media.losePlace();
  for (const segment of playlist.segments) {
    for (const [index, part] of segment.parts.entries()) {
      const isNew = !seen || segment.msn > seen.msn || (segment.msn === seen.msn && index > seen.part);
      if (!isNew) continue;
      findings.parts++;
      const before = segment.parts.slice(0, index + 1).reduce((sum, { duration }) => sum + duration, 0);
      if (seen && segment.pdt !== undefined) findings.partAgesMs.push(now - segment.pdt - before * 1_000);
      await media.readPart(segment, index, part);
    }
    const isClosedNow = !seen || segment.msn > seen.msn || (segment.msn === seen.msn && !seen.closed);
    if (segment.uri !== undefined && segment.parts.length > 0 && isClosedNow) findings.segments++;
  }
  return newestOf(playlist);
}

async function readWhole(playlist: ReadPlaylist, media: MediaReader, findings: Findings): Promise<undefined> {
  for (const segment of playlist.segments.slice(0, FINISHED_SEGMENTS)) {
    if (segment.uri === undefined || segment.gap) continue;
    findings.segments++;
    await media.readPart(segment, 0, { uri: segment.uri, duration: segment.duration, independent: true });
  }
}

function newestOf({ segments }: ReadPlaylist): Position | undefined {
  const newest = segments.at(-1);
  return newest && { msn: newest.msn, part: newest.parts.length - 1, closed: newest.uri !== undefined };
}
