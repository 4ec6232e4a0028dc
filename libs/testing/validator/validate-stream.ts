import { checkAcross } from './across-rules.ts';
import { checkMultivariant } from './multivariant-rules.ts';
import { playRendition } from './play-rendition.ts';
import type { Played } from './play-rendition.ts';
import { Findings } from './report.ts';
import type { ValidationReport } from './report.ts';
import { Wire } from './wire.ts';

/**
 * Plays every rung and sound of a show at once for some seconds, as a low-latency player would, and reports every rule that
 * was broken: those of a strict parser, and those that no parser knows (hold-back, date-time, reports, equal key frames
 * across rungs, sound in step, no refusal while playing). Finished shows are read once. Never throws for what it finds.
 */
export async function validateStream(url: string, seconds: number): Promise<ValidationReport> {
  const findings = new Findings();
  const wire = new Wire(findings);
  const answer = await wire.get(url);
  if (!answer) return findings.report(url, seconds, 0);
  const renditions = checkMultivariant(new TextDecoder().decode(answer.body), url, findings);
  const until = performance.now() + seconds * 1_000;
  const played = await Promise.all(
    renditions.map((rendition) => playRendition(rendition, until, wire, findings)),
  );
  checkTogether(played, findings);
  checkAcross(
    played.map(({ name, kind, media }) => ({ name, kind, starts: media.starts })),
    findings,
  );
  return findings.report(url, seconds, renditions.length);
}

/** Renditions promise the same, and each reports where the others stand. */
function checkTogether(played: readonly Played[], findings: Findings): void {
  const live = played.filter(
    ({ playlist }) => playlist && !playlist.ended && playlist.partTarget !== undefined,
  );
  const [first] = live;
  for (const { name, playlist } of live) {
    const promise = (of: typeof playlist): string =>
      JSON.stringify([of?.targetDuration, of?.partTarget, of?.serverControl]);
    findings.check(
      promise(playlist) === promise(first?.playlist),
      'same-promises',
      name,
      () => `${promise(playlist)} is not ${promise(first?.playlist)}`,
    );
    const reported = new Set(playlist?.reports.map(({ uri }) => new URL(uri, `http://x${name}`).pathname));
    for (const other of live) {
      if (other.name === name) continue;
      findings.check(reported.has(other.name), 'rendition-report', name, () => `no report of ${other.name}`);
    }
  }
}
