import type { SegmentStart } from './media-rules.ts';
import type { Findings } from './report.ts';

/** What the whole check needs of one rendition. */
export interface PlayedRendition {
  name: string;
  kind: 'video' | 'audio';
  starts: ReadonlyMap<number, SegmentStart>;
}

/** Seconds that rungs may differ at a key frame: a player switches there, and a frame at 60 Hz lasts 0.017. */
const RUNG_TOLERANCE_S = 0.009;

/** Seconds that sound may be off the picture. */
const SOUND_TOLERANCE_S = 0.04;

/** Rungs begin their segments with the same key frames, and sound keeps in step with the picture. */
export function checkAcross(renditions: readonly PlayedRendition[], findings: Findings): void {
  const [top, ...rungs] = renditions.filter(({ kind, starts }) => kind === 'video' && starts.size > 0);
  if (!top) return;
  for (const start of top.starts.values()) {
    findings.check(
      start.independent,
      'key-frame',
      top.name,
      () => `segment ${start.msn} begins without a key frame`,
    );
  }
  for (const rung of rungs) compareRungs(top, rung, findings);
  for (const sound of renditions.filter(({ kind, starts }) => kind === 'audio' && starts.size > 0)) {
    compareSound(top, sound, findings);
  }
}

function compareRungs(top: PlayedRendition, rung: PlayedRendition, findings: Findings): void {
  for (const [msn, start] of rung.starts) {
    findings.check(
      start.independent,
      'key-frame',
      rung.name,
      () => `segment ${msn} begins without a key frame`,
    );
    const other = top.starts.get(msn);
    if (!other) continue;
    const off = start.startS - other.startS;
    findings.check(
      Math.abs(off) < RUNG_TOLERANCE_S,
      'rungs-aligned',
      rung.name,
      () => `segment ${msn} begins ${(off * 1_000).toFixed(1)} ms off ${top.name}`,
    );
  }
}

/** The distance between media time and date is the same for sound and picture, or one of them is shown at the wrong moment. */
function compareSound(top: PlayedRendition, sound: PlayedRendition, findings: Findings): void {
  for (const [msn, start] of sound.starts) {
    const other = top.starts.get(msn);
    if (!other || other.pdt === undefined || start.pdt === undefined) continue;
    const off = start.pdt / 1_000 - start.startS - (other.pdt / 1_000 - other.startS);
    findings.check(
      Math.abs(off) < SOUND_TOLERANCE_S,
      'sound-in-step',
      sound.name,
      () => `segment ${msn}: sound is ${(off * 1_000).toFixed(1)} ms off the picture`,
    );
  }
}
