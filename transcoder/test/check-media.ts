import type { OriginRecorder, RecordedPart } from './origin-recorder.ts';

/** Timestamps are rounded to milliseconds on their way. */
const ROUNDING_MS = 2;
const PART_TARGET_S = 0.55;

/** Segments of a rendition with their times in programme milliseconds. */
export interface Segment {
  msn: number;
  startMs: number;
  endMs: number;
  pdt: number;
  discontinuity: boolean;
  parts: number;
  startsWithKey: boolean;
}

/** A rendition's segments in order. */
export function segmentsOf(origin: OriginRecorder, rendition: string): Segment[] {
  const groups = Map.groupBy(origin.of(rendition), ({ msn }) => msn);
  return [...groups].map(([msn, parts]) => {
    const [first] = parts;
    const samples = parts.flatMap((part) => part.samples);
    const last = samples.at(-1);
    const scale = first?.track.timescale ?? 1;
    return {
      msn,
      startMs: presentationMs(first),
      endMs: (((last?.decodeTime ?? 0) + (last?.duration ?? 0)) * 1_000) / scale,
      pdt: first?.pdt ?? 0,
      discontinuity: first?.discontinuity ?? false,
      parts: parts.length,
      startsWithKey: samples[0]?.sync ?? false,
    };
  });
}

/** Every breach of the rules that hold for all renditions of a recording; empty when there is none. */
export function breaches(origin: OriginRecorder): string[] {
  const found = [...origin.faults];
  const names = [...new Set(origin.parts.map(({ rendition }) => rendition))];
  const starts = new Map<number, number>();
  for (const segment of segmentsOf(origin, 'source')) starts.set(segment.msn, segment.startMs);
  for (const name of names) {
    const tolerance = name === 'audio' ? 11 : ROUNDING_MS;
    for (const { msn, startMs, startsWithKey } of segmentsOf(origin, name)) {
      const sourceMs = starts.get(msn);
      if (sourceMs !== undefined && Math.abs(startMs - sourceMs) > tolerance) {
        found.push(`${name} ${msn} starts at ${startMs}, source at ${sourceMs}`);
      }
      if (!startsWithKey) found.push(`${name} ${msn} starts without a key frame`);
    }
    found.push(...gaps(origin.of(name)), ...wrongParts(origin.of(name)));
  }
  return found;
}

/** Holes and overlaps of the decode timeline inside stretches. */
function gaps(parts: RecordedPart[]): string[] {
  const found: string[] = [];
  for (const [position, part] of parts.entries()) {
    const before = parts[position - 1];
    const last = before?.samples.at(-1);
    if (!before || !last || part.discontinuity) continue;
    if (part.msn > before.msn + 1) {
      // A rung may rest; what always runs may not leave a segment out.
      if (part.rendition === 'source') found.push(`source goes from ${before.msn} to ${part.msn}`);
      continue;
    }
    const step =
      ((part.samples[0]?.decodeTime ?? 0) - last.decodeTime - last.duration) * (1_000 / part.track.timescale);
    if (Math.abs(step) > ROUNDING_MS)
      found.push(`${part.rendition} ${part.msn}.${part.index}: a gap of ${step.toFixed(1)} ms`);
  }
  return found;
}

function wrongParts(parts: RecordedPart[]): string[] {
  const found: string[] = [];
  for (const [position, part] of parts.entries()) {
    const isLast = parts[position + 1]?.msn !== part.msn;
    const where = `${part.rendition} ${part.msn}.${part.index} (${part.duration} s)`;
    if (part.duration > PART_TARGET_S) found.push(`${where} is too long`);
    if (!isLast && part.duration < 0.85 * PART_TARGET_S) found.push(`${where} is too short`);
    const length = part.samples.reduce((sum, { duration }) => sum + duration, 0) / part.track.timescale;
    if (Math.abs(length - part.duration) > 0.001) found.push(`${where} really lasts ${length}`);
    if (part.independent !== (part.samples[0]?.sync ?? false))
      found.push(`${where} says independent wrongly`);
  }
  return found;
}

function presentationMs(part: RecordedPart | undefined): number {
  const [first] = part?.samples ?? [];
  return part && first ? ((first.decodeTime + first.compositionOffset) * 1_000) / part.track.timescale : NaN;
}
