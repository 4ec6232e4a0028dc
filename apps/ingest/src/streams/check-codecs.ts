import { codecName, readAvcConfig, tagKind, VIDEO_TAG, AUDIO_TAG, type AvcConfig, type FlvTag } from '#flv';
import type { EventOf, streamRefused } from '#contracts';

export type RefusalReason = EventOf<typeof streamRefused>['data']['reason'];

/** A stream that cannot be shown, and what its host should change. */
export interface Refusal {
  reason: RefusalReason;
  advice: string;
}

/** 4K; what is larger no rung of the ladder needs and few browsers decode. */
const MAX_LONG_SIDE = 4_096;
const MIN_SIDE = 64;

/** What is wrong with a tag for players in browsers; undefined when nothing is. */
export function checkTag(tag: FlvTag): Refusal | undefined {
  const kind = tagKind(tag);
  if (kind === 'avc-config') return checkPicture(readAvcConfig(tag.data));
  if (kind !== 'other' || tag.data.length < 2) return undefined;
  const name = codecName(tag);
  if (tag.type === VIDEO_TAG && name !== 'H.264') {
    return {
      reason: 'wrong_video_codec',
      advice: `The picture arrives as ${name}. Set the video encoder to H.264 (x264, NVENC H.264, QuickSync H.264 or Apple H.264).`,
    };
  }
  if (tag.type === AUDIO_TAG && name !== 'AAC') {
    return {
      reason: 'wrong_audio_codec',
      advice: `The sound arrives as ${name}. Set the audio encoder to AAC.`,
    };
  }
  return undefined;
}

/** The refusal of a publisher that sends no picture. */
export const NO_VIDEO: Refusal = {
  reason: 'no_video',
  advice: 'Sound arrives, but no picture. Add a video source to the scene and start again.',
};

function checkPicture(config: AvcConfig | undefined): Refusal | undefined {
  if (!config) {
    return { reason: 'unusable_video', advice: 'The H.264 set-up cannot be read. Restart the encoder.' };
  }
  const { width, height, bitDepth, chromaFormat, interlaced } = config;
  if (bitDepth !== 8 || chromaFormat !== 1) {
    return {
      reason: 'unusable_video',
      advice:
        'Browsers play 8-bit 4:2:0 video only. Set the colour format to NV12 (OBS: Settings, Advanced, Video).',
    };
  }
  if (interlaced) {
    return { reason: 'unusable_video', advice: 'The picture is interlaced. Set the encoder to progressive.' };
  }
  if (Math.max(width, height) > MAX_LONG_SIDE || Math.min(width, height) < MIN_SIDE) {
    return {
      reason: 'too_large',
      advice: `The picture has ${width}x${height} points. Set the output size to 1920x1080 or 1280x720.`,
    };
  }
  return undefined;
}
