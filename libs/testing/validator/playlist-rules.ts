import { parse, setOptions } from 'hls-parser';
import type { Findings } from './report.ts';
import type { ReadPlaylist, ReadSegment } from './read-playlist.ts';

setOptions({ strictMode: true, silent: true });

/** Difference in milliseconds that rounding of dates and durations may make. */
const ROUNDING_MS = 60;

/** Segments may leave a live playlist only while at least this much of it stays (RFC 8216, 6.2.2). */
const LEAST_TARGET_DURATIONS = 3;

/** Rules that one playlist text must keep by itself. Apple's authoring specification and RFC 8216bis say why. */
export function checkPlaylistText(text: string, where: string, findings: Findings): void {
  try {
    parse(text);
  } catch (error) {
    findings.add('strict-parser', where, error instanceof Error ? error.message : String(error));
  }
}

/** Rules of a playlist that is still live. */
export function checkLivePlaylist(playlist: ReadPlaylist, where: string, findings: Findings): void {
  const { serverControl, partTarget, segments, preloadHint } = playlist;
  const check = (holds: boolean, rule: string, detail: () => string): void =>
    findings.check(holds, rule, where, detail);
  check(
    serverControl['CAN-BLOCK-RELOAD'] === 'YES',
    'blocking-reload',
    () => 'CAN-BLOCK-RELOAD=YES is missing',
  );
  const holdBack = Number(serverControl['PART-HOLD-BACK']);
  const smallest = 3 * (partTarget ?? Infinity) - 1e-4;
  check(
    holdBack >= smallest,
    'hold-back',
    () => `PART-HOLD-BACK ${holdBack} is less than three parts of ${partTarget}`,
  );
  check(preloadHint !== undefined, 'preload-hint', () => 'no preload hint');
  for (const segment of segments) checkSegment(segment, playlist, check);
  const [first] = segments;
  check(first?.pdt !== undefined, 'date-time', () => 'no EXT-X-PROGRAM-DATE-TIME before the first segment');
}

type Check = (holds: boolean, rule: string, detail: () => string) => void;

function checkSegment(
  segment: ReadSegment,
  { targetDuration, partTarget = 0 }: ReadPlaylist,
  check: Check,
): void {
  const { msn, uri, duration, parts, map } = segment;
  check(map !== undefined, 'map', () => `segment ${msn} has no init segment`);
  check(
    Math.round(duration) <= targetDuration,
    'target-duration',
    () => `segment ${msn} lasts ${duration} s`,
  );
  for (const [index, part] of parts.entries()) {
    check(
      part.duration <= partTarget + 1e-5,
      'part-target',
      () => `part ${msn}.${index} lasts ${part.duration} s`,
    );
    const mayBeShort =
      part.independent || (uri !== undefined && index === parts.length - 1) || uri === undefined;
    check(
      mayBeShort || part.duration >= 0.85 * partTarget - 1e-5,
      'part-85',
      () => `part ${msn}.${index} lasts only ${part.duration} s`,
    );
  }
  if (uri === undefined || parts.length === 0) return;
  const sum = parts.reduce((total, part) => total + part.duration, 0);
  check(
    Math.abs(sum - duration) < 0.02,
    'parts-fill-segment',
    () => `parts of ${msn} last ${sum} s of ${duration} s`,
  );
}

/** Rules between a playlist and the one that the same player had before. */
export function checkSuccession(
  before: ReadPlaylist,
  now: ReadPlaylist,
  where: string,
  findings: Findings,
): void {
  const check = (holds: boolean, rule: string, detail: () => string): void =>
    findings.check(holds, rule, where, detail);
  check(
    now.mediaSequence >= before.mediaSequence,
    'sequence-back',
    () => `${before.mediaSequence} -> ${now.mediaSequence}`,
  );
  check(
    now.targetDuration === before.targetDuration,
    'target-changed',
    () => `${before.targetDuration} -> ${now.targetDuration}`,
  );
  const leftS = lengthOf(now);
  check(
    now.ended ||
      now.mediaSequence === before.mediaSequence ||
      leftS >= LEAST_TARGET_DURATIONS * now.targetDuration,
    'segments-lost',
    () => `${before.mediaSequence} -> ${now.mediaSequence}, and only ${leftS.toFixed(1)} s are left`,
  );
  const known = new Map(before.segments.map((segment) => [segment.msn, segment]));
  for (const segment of now.segments) {
    const former = known.get(segment.msn);
    if (!former) continue;
    const same = former.uri === undefined || former.uri === segment.uri;
    check(same, 'segment-changed', () => `segment ${segment.msn} was ${former.uri}, is ${segment.uri}`);
    check(
      former.discontinuitySequence === segment.discontinuitySequence,
      'discontinuity-sequence',
      () => `segment ${segment.msn}: ${former.discontinuitySequence} -> ${segment.discontinuitySequence}`,
    );
    const renamed = former.parts.find(
      (part, index) => segment.parts[index] && segment.parts[index].uri !== part.uri,
    );
    check(renamed === undefined, 'part-changed', () => `part ${renamed?.uri} has another name now`);
  }
}

function lengthOf({ segments }: ReadPlaylist): number {
  const lengths = segments.map(({ uri, duration, parts }) =>
    uri === undefined ? parts.reduce((sum, part) => sum + part.duration, 0) : duration,
  );
  return lengths.reduce((sum, length) => sum + length, 0);
}

/** Dates go on from segment to segment, except at a discontinuity. */
export function checkDates(playlist: ReadPlaylist, where: string, findings: Findings): void {
  let former: ReadSegment | undefined;
  for (const segment of playlist.segments) {
    if (
      former?.pdt !== undefined &&
      segment.pdt !== undefined &&
      segment.pdtWritten &&
      !segment.discontinuity
    ) {
      const expected = former.pdt + former.duration * 1_000;
      const off = Math.round(segment.pdt - expected);
      findings.check(
        Math.abs(off) <= ROUNDING_MS,
        'date-jump',
        where,
        () => `segment ${segment.msn} is off by ${off} ms`,
      );
    }
    former = segment;
  }
}
