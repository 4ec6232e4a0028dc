import type { RenditionDeclaration } from '#contracts';
import { rewriteFragment } from '#hls';
import type { PartsWriter } from '#testing';
import { readFixture } from './synthetic-media.ts';
import type { Fixture } from './synthetic-media.ts';

export const video = readFixture('video');
export const audio = readFixture('audio');

/** Programme time at which the fixtures begin: a fixed date keeps playlists comparable as text. */
export const ANCHOR_MS = Date.UTC(2026, 10, 20, 12);

/** A rendition as a transcoder would declare it. */
export function declaration(
  kind: 'video' | 'audio',
  run: string,
  parts: Partial<RenditionDeclaration> = {},
): RenditionDeclaration {
  return kind === 'video'
    ? {
        kind,
        codecs: 'avc1.64000a',
        width: 128,
        height: 72,
        frameRate: 30,
        bandwidth: 60_000,
        name: '72p',
        run,
        default: true,
        state: 'running',
        ...parts,
      }
    : {
        kind,
        codecs: 'mp4a.40.2',
        bandwidth: 40_000,
        name: 'Sound',
        run,
        channels: 2,
        default: true,
        state: 'running',
        ...parts,
      };
}

export interface PutSegmentOptions {
  rendition: string;
  msn: number;
  run: string;
  /** Fragments of the fixture, by index. */
  fragments: readonly number[];
  fixture?: Fixture;
  pdt?: number;
  /** Moves the media to this second of the show's time line; without it the fixture's own times stay. */
  startS?: number;
  discontinuity?: boolean;
  /** Leaves the segment open. */
  open?: boolean;
}

/** Puts the parts of one segment; throws on the first refusal. */
export async function putSegment(writer: PartsWriter, options: PutSegmentOptions): Promise<void> {
  const { rendition, msn, run, fragments, fixture = video, discontinuity = false, open = false } = options;
  const pdt = options.pdt ?? ANCHOR_MS + msn * 2_000;
  const firstStart = fixture.fragments[fragments[0] ?? 0]?.start ?? 0;
  const shiftTicks =
    options.startS === undefined ? 0 : Math.round((options.startS - firstStart) * fixture.track.timescale);
  for (const [index, at] of fragments.entries()) {
    const fragment = fixture.fragments[at];
    if (!fragment) throw new Error(`the fixture has no fragment ${at}`);
    const { duration, independent, bytes } = fragment;
    const query = { duration, independent, run, ...(index === 0 ? { pdt, discontinuity } : {}) };
    await done(writer.part(rendition, [msn, index], query, rewriteFragment(bytes, { shiftTicks })));
  }
  if (!open) await done(writer.end(rendition, msn));
}

/** Declares picture (and sound) and puts their init segments. */
export async function begin(writer: PartsWriter, run: string, withAudio = false): Promise<void> {
  await writer.seal();
  await done(writer.declare('source', declaration('video', run)));
  await done(writer.init('source', run, video.init));
  if (!withAudio) return;
  await done(writer.declare('audio', declaration('audio', run)));
  await done(writer.init('audio', run, audio.init));
}

/** Throws unless the origin took it. */
export async function done(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  if (response.status !== 204) throw new Error(`${response.status} ${await response.text()}`);
}
