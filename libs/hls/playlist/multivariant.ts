import { attributeList } from './attributes.ts';

/** A sound rendition that variants refer to. */
export interface AudioRendition {
  group: string;
  name: string;
  uri: string;
  default: boolean;
  channels?: number;
  language?: string;
}

/** A variant stream. */
export interface Variant {
  uri: string;
  /** Peak of the whole variant, sound included, bit/s. */
  bandwidth: number;
  averageBandwidth?: number;
  /** Codecs of the picture and of the sound it refers to. */
  codecs: readonly string[];
  resolution?: { width: number; height: number };
  frameRate?: number;
  /** Group of sound renditions. */
  audio?: string;
  /** For people; hls.js shows it in menus. */
  name?: string;
}

/** A multivariant playlist as values. */
export interface MultivariantPlaylist {
  audio: readonly AudioRendition[];
  /** The first one is what players begin with. */
  variants: readonly Variant[];
}

/** A multivariant playlist as text. */
export function renderMultivariant({ audio, variants }: MultivariantPlaylist): string {
  const lines = ['#EXTM3U', '#EXT-X-VERSION:10', '#EXT-X-INDEPENDENT-SEGMENTS'];
  for (const rendition of audio) {
    const attributes = attributeList({
      TYPE: 'AUDIO',
      'GROUP-ID': { quoted: rendition.group },
      NAME: { quoted: rendition.name },
      LANGUAGE: rendition.language === undefined ? undefined : { quoted: rendition.language },
      DEFAULT: rendition.default ? 'YES' : 'NO',
      AUTOSELECT: 'YES',
      CHANNELS: rendition.channels === undefined ? undefined : { quoted: String(rendition.channels) },
      URI: { quoted: rendition.uri },
    });
    lines.push(`#EXT-X-MEDIA:${attributes}`);
  }
  for (const variant of variants) lines.push(`#EXT-X-STREAM-INF:${variantAttributes(variant)}`, variant.uri);
  return `${lines.join('\n')}\n`;
}

function variantAttributes(variant: Variant): string {
  const { resolution } = variant;
  return attributeList({
    BANDWIDTH: Math.ceil(variant.bandwidth),
    'AVERAGE-BANDWIDTH':
      variant.averageBandwidth === undefined ? undefined : Math.ceil(variant.averageBandwidth),
    CODECS: { quoted: variant.codecs.join(',') },
    RESOLUTION: resolution && `${resolution.width}x${resolution.height}`,
    'FRAME-RATE': variant.frameRate?.toFixed(3),
    AUDIO: variant.audio === undefined ? undefined : { quoted: variant.audio },
    NAME: variant.name === undefined ? undefined : { quoted: variant.name },
  });
}
