/** A part as a playlist names it. */
export interface ReadPart {
  uri: string;
  duration: number;
  independent: boolean;
}

/** A segment as a playlist names it; without `uri` it is still open. */
export interface ReadSegment {
  msn: number;
  uri?: string;
  duration: number;
  parts: ReadPart[];
  /** Unix milliseconds, as written or carried on from the segment before. */
  pdt?: number;
  pdtWritten: boolean;
  discontinuity: boolean;
  discontinuitySequence: number;
  map?: string;
  gap: boolean;
}

/** A media playlist as a player reads it. */
export interface ReadPlaylist {
  targetDuration: number;
  partTarget?: number;
  serverControl: Readonly<Record<string, string>>;
  mediaSequence: number;
  skipped: number;
  segments: ReadSegment[];
  preloadHint?: string;
  reports: { uri: string; lastMsn: number; lastPart?: number }[];
  ended: boolean;
}

/** Reads a media playlist leniently: what is wrong with it is for the strict parser and the rules to say. */
export function readMediaPlaylist(text: string): ReadPlaylist {
  const reader = new PlaylistReader();
  for (const line of text.split(/\r?\n/)) reader.take(line.trim());
  return reader.finish();
}

/**
 * A delta update as the playlist it stands for: what it skips is taken from the one before, and so is the init segment that
 * goes on to hold. Undefined when the one before does not reach that far.
 */
export function mergeDelta(before: ReadPlaylist | undefined, delta: ReadPlaylist): ReadPlaylist | undefined {
  if (delta.skipped === 0) return delta;
  const firstListed = delta.mediaSequence + delta.skipped;
  const kept = before?.segments.filter(({ msn }) => msn >= delta.mediaSequence && msn < firstListed) ?? [];
  const last = kept.at(-1);
  if (!last || kept.length !== delta.skipped) return undefined;
  const [first] = delta.segments;
  const beforeFirst = (first?.discontinuitySequence ?? 0) - (first?.discontinuity ? 1 : 0);
  const offset = last.discontinuitySequence - beforeFirst;
  const listed = delta.segments.map((segment) => ({
    ...segment,
    map: segment.map ?? last.map,
    discontinuitySequence: segment.discontinuitySequence + Math.max(0, offset),
  }));
  return { ...delta, skipped: 0, segments: [...kept, ...listed] };
}

/** `NAME=value,NAME="value"` as a record; quotes are taken off. */
export function readAttributes(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', quoted, plain] of text.matchAll(/([A-Z0-9-]+)=(?:"([^"]*)"|([^,]*))/g)) {
    found[name] = quoted ?? plain ?? '';
  }
  return found;
}

class PlaylistReader {
  private readonly playlist: ReadPlaylist = {
    targetDuration: 0,
    serverControl: {},
    mediaSequence: 0,
    skipped: 0,
    segments: [],
    reports: [],
    ended: false,
  };
  private current = this.emptySegment();
  private duration: number | undefined;
  private map: string | undefined;
  private discontinuitySequence = 0;

  take(line: string): void {
    if (line === '') return;
    if (!line.startsWith('#')) return this.closeSegment(line);
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    this.takeTag(name, colon < 0 ? '' : line.slice(colon + 1));
  }

  finish(): ReadPlaylist {
    if (this.current.parts.length > 0) this.pushSegment(undefined);
    return this.playlist;
  }

  private takeTag(name: string, value: string): void {
    const { playlist, current } = this;
    switch (name) {
      case '#EXT-X-TARGETDURATION':
        playlist.targetDuration = Number(value);
        return;
      case '#EXT-X-PART-INF':
        playlist.partTarget = Number(readAttributes(value)['PART-TARGET']);
        return;
      case '#EXT-X-SERVER-CONTROL':
        playlist.serverControl = readAttributes(value);
        return;
      case '#EXT-X-MEDIA-SEQUENCE':
        playlist.mediaSequence = Number(value);
        return;
      case '#EXT-X-DISCONTINUITY-SEQUENCE':
        this.discontinuitySequence = Number(value);
        return;
      case '#EXT-X-SKIP':
        playlist.skipped = Number(readAttributes(value)['SKIPPED-SEGMENTS']);
        return;
      case '#EXT-X-DISCONTINUITY':
        current.discontinuity = true;
        this.discontinuitySequence++;
        return;
      case '#EXT-X-MAP':
        this.map = readAttributes(value).URI;
        return;
      case '#EXT-X-PROGRAM-DATE-TIME':
        current.pdt = Date.parse(value);
        current.pdtWritten = true;
        return;
      case '#EXT-X-GAP':
        current.gap = true;
        return;
      case '#EXTINF':
        this.duration = Number.parseFloat(value);
        return;
      default:
        this.takeLowLatencyTag(name, value);
    }
  }

  private takeLowLatencyTag(name: string, value: string): void {
    const attributes = readAttributes(value);
    if (name === '#EXT-X-PART') {
      const { URI: uri = '', DURATION: duration, INDEPENDENT: independent } = attributes;
      this.current.parts.push({ uri, duration: Number(duration), independent: independent === 'YES' });
    } else if (name === '#EXT-X-PRELOAD-HINT') this.playlist.preloadHint = attributes.URI;
    else if (name === '#EXT-X-RENDITION-REPORT') {
      const { URI: uri = '', 'LAST-MSN': msn, 'LAST-PART': part } = attributes;
      this.playlist.reports.push({
        uri,
        lastMsn: Number(msn),
        ...(part === undefined ? {} : { lastPart: Number(part) }),
      });
    } else if (name === '#EXT-X-ENDLIST') this.playlist.ended = true;
  }

  private closeSegment(uri: string): void {
    this.pushSegment(uri);
    this.duration = undefined;
  }

  private pushSegment(uri: string | undefined): void {
    const { playlist, current } = this;
    const former = playlist.segments.at(-1);
    const ofParts = current.parts.reduce((sum, part) => sum + part.duration, 0);
    const carried = former?.pdt === undefined ? undefined : former.pdt + former.duration * 1_000;
    playlist.segments.push({
      ...current,
      msn: playlist.mediaSequence + playlist.skipped + playlist.segments.length,
      ...(uri === undefined ? {} : { uri }),
      duration: this.duration ?? ofParts,
      pdt: current.pdt ?? carried,
      map: this.map,
      discontinuitySequence: this.discontinuitySequence,
    });
    this.current = this.emptySegment();
  }

  private emptySegment(): ReadSegment {
    return {
      msn: 0,
      duration: 0,
      parts: [],
      pdtWritten: false,
      discontinuity: false,
      discontinuitySequence: 0,
      gap: false,
    };
  }
}
