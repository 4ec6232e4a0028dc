/** What a stream's AAC set-up says about the sound. */
export interface AacConfig {
  /** RFC 6381, e.g. `mp4a.40.2`. */
  codecs: string;
  /** Samples per second before any band replication. */
  sampleRate: number;
  channels: number;
}

const SAMPLE_RATES = [
  96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350,
];
/** Channels by configuration number (ISO 14496-3, table 1.19); 0 is described elsewhere, taken for stereo. */
const CHANNELS = [2, 1, 2, 3, 4, 5, 6, 8];
const ESCAPED_RATE = 15;

/** Reads the AudioSpecificConfig of a sequence-header tag's data; undefined when it is not one. */
export function readAacConfig(tagData: Buffer): AacConfig | undefined {
  const config = tagData.subarray(2);
  if (config.length < 2) return undefined;
  const word = config.readUInt16BE(0);
  const objectType = word >> 11;
  const rateIndex = (word >> 7) & 0x0f;
  if (objectType === 0 || objectType === 31) return undefined;
  if (rateIndex === ESCAPED_RATE) {
    if (config.length < 5) return undefined;
    const sampleRate = ((word & 0x7f) << 17) | (config.readUIntBE(2, 3) >> 7);
    return {
      codecs: `mp4a.40.${objectType}`,
      sampleRate,
      channels: channelsOf((config.readUInt8(4) >> 3) & 0x0f),
    };
  }
  const sampleRate = SAMPLE_RATES[rateIndex];
  if (sampleRate === undefined) return undefined;
  return { codecs: `mp4a.40.${objectType}`, sampleRate, channels: channelsOf((word >> 3) & 0x0f) };
}

function channelsOf(configuration: number): number {
  return CHANNELS[configuration] ?? 2;
}
