import type { FlvTag } from '#flv';
import type { TimedSample } from '#hls';
import type { CopySink } from './picture-copier.ts';
import { inStepWith, PACKET_TICKS, SOUND_RATE, SOUND_TRACK } from './sound-setup.ts';

const TICKS_PER_MS = SOUND_RATE / 1_000;
/** FLV's sound header: codec, packet type. */
const TAG_HEADER_BYTES = 2;
/** People notice sound that is 40 ms early or late; packets are put side by side up to here. */
const MOST_OFF_TICKS = 30 * TICKS_PER_MS;
/** A longer hole is not filled packet by packet here. */
const LONGEST_HOLE_TICKS = 60 * SOUND_RATE;
/** Silence that is longer is a pause of the publisher's, and no fault of its clock. */
const LONGEST_SLIP_TICKS = 60 * TICKS_PER_MS;
/** Corrections within this much of the programme that tell a wavering clock from a hiccup. */
const WAVERING_WITHIN_MS = 60_000;
const WAVERING_CORRECTIONS = 3;

/** Where packets go; `endTick` is where those that it has end. */
export type SoundSink = Pick<CopySink, 'push'> & { readonly endTick: number | undefined };

/**
 * The source's sound as it is. Packets stand side by side, however their timestamps are rounded; one that is more than 30 ms
 * off is helped by silence before it, or left out.
 */
export class SoundCopier {
  private readonly sink: SoundSink;
  private readonly silence: () => TimedSample | undefined;
  private nextTick: number | undefined;
  private corrections: number[] = [];

  /** `silence` gives a packet without sound, once there is one. */
  constructor(sink: SoundSink, silence: () => TimedSample | undefined) {
    this.sink = sink;
    this.silence = silence;
  }

  /** Whether the publisher's clock needs more than an occasional correction: then the sound must be resampled. */
  get isWavering(): boolean {
    return this.corrections.length >= WAVERING_CORRECTIONS;
  }

  /** Takes a packet's tag. */
  take({ timestamp, data }: FlvTag): void {
    const packet = data.subarray(TAG_HEADER_BYTES);
    if (packet.length === 0) return;
    const tick = timestamp * TICKS_PER_MS;
    const expected = this.nextTick ?? inStepWith(this.sink.endTick, tick);
    const off = tick - expected;
    if (Math.abs(off) > MOST_OFF_TICKS && off < LONGEST_SLIP_TICKS) this.noteCorrection(timestamp);
    if (off < -MOST_OFF_TICKS) return;
    const at = off > MOST_OFF_TICKS ? this.fillHole(expected, tick) : expected;
    this.push(packet, at);
    this.nextTick = at + PACKET_TICKS;
  }

  /** Puts silent packets from one tick to about another; gives the tick after the last. */
  private fillHole(fromTick: number, toTick: number): number {
    const silence = this.silence();
    if (!silence || toTick - fromTick > LONGEST_HOLE_TICKS) return toTick;
    const packets = Math.round((toTick - fromTick) / PACKET_TICKS);
    for (let index = 0; index < packets; index += 1) {
      this.push(silence.data, fromTick + index * PACKET_TICKS);
    }
    return fromTick + packets * PACKET_TICKS;
  }

  private push(data: Uint8Array, decodeTime: number): void {
    const sample = { data, decodeTime, duration: PACKET_TICKS, sync: true, compositionOffset: 0 };
    this.sink.push([sample], SOUND_TRACK);
  }

  private noteCorrection(atMs: number): void {
    this.corrections = [...this.corrections.filter((ms) => ms > atMs - WAVERING_WITHIN_MS), atMs];
  }
}
