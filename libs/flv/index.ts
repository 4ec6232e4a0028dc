/** FLV and the codec set-ups inside it: bytes <-> values; no I/O, no clock. */
export {
  AUDIO_TAG,
  codecName,
  presentationTime,
  SCRIPT_TAG,
  tagKind,
  VIDEO_TAG,
  type FlvTag,
  type TagKind,
} from './tag.ts';
export { flvHeader, FlvReader, readFlv, writeTag } from './framing.ts';
export { readAvcConfig, type AvcConfig } from './avc-config.ts';
export { readAacConfig, type AacConfig } from './aac-config.ts';
