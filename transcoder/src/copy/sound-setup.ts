import type { FlvTag } from '#flv';
import { readInitSegment, writeInitSegment, type TrackInfo } from '#hls';

/** Every show's sound: what slates have, what is encoded, and what most publishers send. */
export const SOUND_RATE = 48_000;
export const SOUND_CHANNELS = 2;
/** AAC-LC, 48 kHz, stereo, packets of 1,024 samples; and, said outright, without band replication. */
const CONFIG = [0x11, 0x90, 0x56, 0xe5, 0x00];

/** The one init segment of sound: whoever made a packet, players need no other set-up to go on. */
export const SOUND_INIT: Uint8Array = writeInitSegment({
  kind: 'audio',
  timescale: SOUND_RATE,
  channels: SOUND_CHANNELS,
  config: Uint8Array.from(CONFIG),
});

export const SOUND_TRACK: TrackInfo = needTrack();

/** Samples of a packet. */
export const PACKET_TICKS = 1_024;

/**
 * The nearest place to `tick` that is whole packets from `endTick`, where the packets before it end: whoever goes on with a
 * sound leaves no crack, and is at most half a packet (11 ms) off its time.
 */
export function inStepWith(endTick: number | undefined, tick: number): number {
  if (endTick === undefined) return tick;
  return endTick + Math.round((tick - endTick) / PACKET_TICKS) * PACKET_TICKS;
}

/** Whether a publisher's sound (its `aac-config` tag) is what players are told it is. */
export function isUsualSound({ data }: FlvTag): boolean {
  return data[2] === CONFIG[0] && data[3] === CONFIG[1];
}

function needTrack(): TrackInfo {
  const [track] = readInitSegment(SOUND_INIT);
  if (!track) throw new Error('the sound has no track');
  return track;
}
