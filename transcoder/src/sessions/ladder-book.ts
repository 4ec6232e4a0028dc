import type { RenditionDeclaration } from '#contracts';
import type { TrackInfo } from '#hls';
import { AUDIO_KBPS } from '../ffmpeg/arguments.ts';
import { encodedTop, ladderBelow, type SourcePicture } from '../ladder/ladder.ts';
import type { OriginClient } from '../origin/origin-client.ts';

/** Named by renditions that have not run yet. */
const NO_RUN = 'none';
/** Announced peaks stand this far above the mean, as the encoders' own limits do. */
const PEAK_FACTOR = 1.1;

/** Tells the origin the whole ladder, and what of it runs. */
export class LadderBook {
  private readonly client: OriginClient;
  private readonly told = new Map<string, RenditionDeclaration>();

  constructor(client: OriginClient) {
    this.client = client;
  }

  /** Lists the ladder of a source; renditions that it does not have any more are stopped. */
  list(source: SourcePicture): void {
    const ladder = ladderOf(source);
    for (const [name, declaration] of this.told)
      if (!ladder.has(name)) this.tell(name, { ...declaration, state: 'stopped' });
    for (const [name, declaration] of ladder) {
      const { run = NO_RUN, state = 'listed' } = this.told.get(name) ?? {};
      this.tell(name, { ...declaration, run, state });
    }
  }

  /** A run begins; what its init segment says counts from now on. */
  runs(name: string, run: string, track: TrackInfo): void {
    const known = this.told.get(name) ?? soundDeclaration();
    const size =
      track.kind === 'video' ? { width: track.width, height: track.height } : { channels: track.channels };
    this.tell(name, { ...known, ...size, codecs: track.codec, run, state: 'running' });
  }

  stops(name: string): void {
    const known = this.told.get(name);
    if (known) this.tell(name, { ...known, state: 'stopped' });
  }

  /** Sizes of the listed pictures, for slates. */
  sizeOf(name: string): { width: number; height: number } | undefined {
    const { kind, width, height } = this.told.get(name) ?? {};
    return kind === 'video' && width && height ? { width, height } : undefined;
  }

  names(): string[] {
    return [...this.told.keys()];
  }

  /** After a new generation the origin must be told again. */
  tellAll(): void {
    for (const [name, declaration] of this.told) this.client.declare(name, declaration);
  }

  private tell(name: string, declaration: RenditionDeclaration): void {
    if (JSON.stringify(this.told.get(name)) === JSON.stringify(declaration)) return;
    this.told.set(name, declaration);
    this.client.declare(name, declaration);
  }
}

function ladderOf(source: SourcePicture): Map<string, RenditionDeclaration> {
  const { codecs, width, height, frameRate } = source;
  const side = Math.min(width, height);
  const base = { run: NO_RUN, state: 'listed' as const };
  const top = encodedTop(source);
  const ladder = new Map<string, RenditionDeclaration>();
  ladder.set('source', {
    ...base,
    kind: 'video',
    codecs,
    width,
    height,
    frameRate,
    bandwidth: bits(top.kbps),
    name: `${side}p`,
    default: true,
  });
  for (const rung of ladderBelow(source)) {
    ladder.set(rung.name, {
      ...base,
      kind: 'video',
      codecs: rung.codecs,
      width: rung.width,
      height: rung.height,
      frameRate: rung.frameRate,
      bandwidth: bits(rung.kbps),
      name: `${Math.min(rung.width, rung.height)}p`,
    });
  }
  ladder.set('audio', { ...soundDeclaration(), ...base });
  return ladder;
}

function soundDeclaration(): RenditionDeclaration {
  const kbps = bits(AUDIO_KBPS);
  return {
    kind: 'audio',
    codecs: 'mp4a.40.2',
    channels: 2,
    bandwidth: kbps,
    name: 'Sound',
    default: true,
    run: NO_RUN,
    state: 'listed',
  };
}

function bits(kbps: number): number {
  return Math.round(kbps * 1_000 * PEAK_FACTOR);
}
