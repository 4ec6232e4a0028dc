import type { AudioRendition, MultivariantPlaylist, Variant } from '#hls';
import type { LiveStream } from '../streams/live-stream.ts';
import type { RenditionRows, SegmentRow } from '../streams/media-rows.ts';

/** Group that every variant takes its sound from. */
const AUDIO_GROUP = 'sound';

/** Used until something was declared or measured: a guess that keeps players from choosing the rung first. */
const UNKNOWN_BANDWIDTH = 5_000_000;

/** Newest segments that a measured bandwidth looks at: ten minutes. */
const MEASURED_SEGMENTS = 300;

/** Which playlist of each rendition is referred to; a clip's carries its span along. */
export type PlaylistKind = 'live' | 'dvr' | 'replay' | { clip: string };

/** The ladder: every rendition that was declared, whether or not it runs; the declared default first, then by size. */
export function multivariantPlaylist(
  stream: LiveStream,
  kind: PlaylistKind,
  listed: (rendition: RenditionRows) => boolean = () => true,
): MultivariantPlaylist {
  const all = [...stream.renditions.values()].filter(listed);
  const sounds = all.filter(({ declaration }) => declaration.kind === 'audio');
  const pictures = all.filter(({ declaration }) => declaration.kind === 'video').toSorted(byPreference);
  const sound = sounds.find(({ declaration }) => declaration.default) ?? sounds[0];
  const variants = pictures.map((picture) => pictureVariant(picture, sound, kind));
  if (sound) variants.push(soundVariant(sound, kind));
  return { audio: sounds.map((rendition) => audioRendition(rendition, rendition === sound, kind)), variants };
}

function byPreference(a: RenditionRows, b: RenditionRows): number {
  const preferred = Number(b.declaration.default ?? false) - Number(a.declaration.default ?? false);
  return preferred || pixels(b) - pixels(a);
}

function pixels({ declaration: { width = 0, height = 0 } }: RenditionRows): number {
  return width * height;
}

function audioRendition(rendition: RenditionRows, isDefault: boolean, kind: PlaylistKind): AudioRendition {
  const { name, channels } = rendition.declaration;
  return {
    group: AUDIO_GROUP,
    name,
    uri: mediaUri(rendition, kind),
    default: isDefault,
    channels: newestInit(rendition)?.channels ?? channels,
  };
}

function pictureVariant(
  picture: RenditionRows,
  sound: RenditionRows | undefined,
  kind: PlaylistKind,
): Variant {
  const { declaration } = picture;
  const init = newestInit(picture);
  const width = init?.width ?? declaration.width;
  const height = init?.height ?? declaration.height;
  const own = measure(picture);
  const other = sound ? measure(sound) : { peak: 0, average: 0 };
  return {
    uri: mediaUri(picture, kind),
    bandwidth: own.peak + other.peak,
    averageBandwidth: own.average + other.average,
    codecs: [codecOf(picture), ...(sound ? [codecOf(sound)] : [])],
    resolution: width && height ? { width, height } : undefined,
    frameRate: declaration.frameRate,
    audio: sound ? AUDIO_GROUP : undefined,
    name: declaration.name,
  };
}

/** For bad networks: the sound alone. */
function soundVariant(sound: RenditionRows, kind: PlaylistKind): Variant {
  const { peak, average } = measure(sound);
  return {
    uri: mediaUri(sound, kind),
    bandwidth: peak,
    averageBandwidth: average,
    codecs: [codecOf(sound)],
    audio: AUDIO_GROUP,
    name: sound.declaration.name,
  };
}

function mediaUri({ name }: RenditionRows, kind: PlaylistKind): string {
  return typeof kind === 'string' ? `${name}/${kind}.m3u8` : `${name}/clip.m3u8?${kind.clip}`;
}

/** What the newest init segment says, before what was announced. */
function codecOf(rendition: RenditionRows): string {
  return newestInit(rendition)?.codec ?? rendition.declaration.codecs;
}

function newestInit({ inits }: RenditionRows) {
  return [...inits.values()].at(-1);
}

/** Bits per second of the stored segments; what was declared while there are none. */
function measure({ segments, declaration }: RenditionRows): { peak: number; average: number } {
  const whole = segments.slice(-MEASURED_SEGMENTS).filter(({ closed, duration }) => closed && duration > 0);
  if (whole.length === 0) {
    const declared = declaration.bandwidth ?? UNKNOWN_BANDWIDTH;
    return { peak: declared, average: declared };
  }
  const rate = ({ size, duration }: Pick<SegmentRow, 'size' | 'duration'>): number => (size * 8) / duration;
  const size = whole.reduce((sum, row) => sum + row.size, 0);
  const duration = whole.reduce((sum, row) => sum + row.duration, 0);
  return { peak: Math.max(...whole.map(rate)), average: rate({ size, duration }) };
}
