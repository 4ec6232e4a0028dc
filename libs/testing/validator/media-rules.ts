import { readFragment, readInitSegment } from '#hls';
import type { TrackInfo } from '#hls';
import type { Findings } from './report.ts';
import type { ReadPart, ReadSegment } from './read-playlist.ts';
import { shorten } from './wire.ts';
import type { Wire } from './wire.ts';

/** Seconds that a part's media may differ from what the playlist says. */
const DURATION_TOLERANCE_S = 0.03;

/** Seconds between the end of one fragment and the beginning of the next that rounding may make. */
const GAP_TOLERANCE_S = 0.003;

/** Where a segment really begins: decode time of its first sample, with the date that the playlist gives it. */
export interface SegmentStart {
  msn: number;
  startS: number;
  pdt: number | undefined;
  independent: boolean;
}

/** Downloads what one rendition's playlists list, in order, and looks inside. */
export class MediaReader {
  readonly starts = new Map<number, SegmentStart>();
  private readonly base: string;
  private readonly wire: Wire;
  private readonly findings: Findings;
  private readonly tracks = new Map<string, TrackInfo[] | undefined>();
  private expectedS: number | undefined;
  private lastDiscontinuity: number | undefined;

  constructor(base: string, wire: Wire, findings: Findings) {
    this.base = base;
    this.wire = wire;
    this.findings = findings;
  }

  /** Checks one part (or a whole segment, as a part) against what was said of it. */
  async readPart(segment: ReadSegment, index: number, part: ReadPart): Promise<void> {
    const url = new URL(part.uri, this.base).href;
    const tracks = await this.tracksOf(segment);
    const answer = await this.wire.get(url);
    if (!answer || !tracks) return;
    const where = shorten(url);
    const immutable = /immutable|max-age=\d{4,}/.test(answer.headers.get('cache-control') ?? '');
    this.findings.check(
      immutable,
      'media-caching',
      where,
      () => `cache-control: ${answer.headers.get('cache-control')}`,
    );
    const fragments = this.fragmentsOf(answer.body, tracks, where);
    const [first] = fragments;
    if (!first) return;
    const duration = fragments.reduce((sum, fragment) => sum + fragment.durationS, 0);
    this.findings.check(
      Math.abs(duration - part.duration) < DURATION_TOLERANCE_S,
      'part-duration',
      where,
      () => `${part.uri} lasts ${duration.toFixed(3)} s, the playlist says ${part.duration}`,
    );
    this.findings.check(
      !part.independent || first.sync,
      'independent',
      where,
      () => `${part.uri} claims INDEPENDENT and begins without a key frame`,
    );
    for (const { startS, durationS } of fragments) {
      this.checkContinuity(segment, startS, part.uri, where);
      this.expectedS = startS + durationS;
    }
    if (index === 0) {
      const { msn, pdt } = segment;
      this.starts.set(msn, { msn, startS: first.startS, pdt, independent: first.sync });
    }
  }

  /** Parts were left out: the next one does not have to follow on the last. */
  losePlace(): void {
    this.expectedS = undefined;
  }

  private checkContinuity(segment: ReadSegment, startS: number, uri: string, where: string): void {
    const continues =
      this.lastDiscontinuity === undefined || this.lastDiscontinuity === segment.discontinuitySequence;
    this.lastDiscontinuity = segment.discontinuitySequence;
    if (this.expectedS === undefined || !continues) return;
    const gap = startS - this.expectedS;
    this.findings.check(
      Math.abs(gap) < GAP_TOLERANCE_S,
      'time-line',
      where,
      () => `${uri} begins ${(gap * 1_000).toFixed(1)} ms off the end of what was before`,
    );
  }

  private fragmentsOf(body: Uint8Array, tracks: TrackInfo[], where: string) {
    const found: { startS: number; durationS: number; sync: boolean }[] = [];
    try {
      for (const piece of splitFragments(body)) {
        const [track] = tracks;
        const [fragment] = readFragment(piece, tracks);
        if (!track || !fragment) continue;
        found.push({
          startS: fragment.baseDecodeTime / track.timescale,
          durationS: fragment.duration / track.timescale,
          sync: fragment.startsWithSync,
        });
      }
    } catch (error) {
      this.findings.add('media', where, error instanceof Error ? error.message : String(error));
    }
    return found;
  }

  private async tracksOf({ map }: ReadSegment): Promise<TrackInfo[] | undefined> {
    if (map === undefined) return undefined;
    if (this.tracks.has(map)) return this.tracks.get(map);
    const answer = await this.wire.get(new URL(map, this.base).href);
    let tracks: TrackInfo[] | undefined;
    try {
      tracks = answer && readInitSegment(answer.body);
    } catch (error) {
      this.findings.add('init-segment', map, error instanceof Error ? error.message : String(error));
    }
    this.tracks.set(map, tracks);
    return tracks;
  }
}

/** Cuts a body into pieces that begin before each `moof`. */
function* splitFragments(body: Uint8Array): Generator<Uint8Array> {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  let begin = 0;
  let seenData = false;
  for (let at = 0; at + 8 <= body.length;) {
    const size = view.getUint32(at);
    const type = String.fromCharCode(...body.subarray(at + 4, at + 8));
    if (size < 8) throw new Error(`a box of ${size} bytes`);
    if (seenData) {
      yield body.subarray(begin, at);
      begin = at;
      seenData = false;
    }
    if (type === 'mdat') seenData = true;
    at += size;
  }
  if (begin < body.length) yield body.subarray(begin);
}
