import type { EventOf, StreamAdvice, transcodeTroubled } from '#contracts';
import { boundedCache } from '#process';

type Trouble = EventOf<typeof transcodeTroubled>['data'];

/** How long the studio is told of a trouble that has passed. */
const TOLD_MS = 60_000;
const SHOWS = 10_000;

/** What transcoders said of their troubles lately, as advice for hosts. */
export class TranscodeTroubles {
  private readonly byShow = boundedCache<Map<string, { advice: StreamAdvice; until: number }>>(SHOWS);

  handle(trouble: Trouble): void {
    const advice = adviceOf(trouble);
    if (!advice) return;
    const known =
      this.byShow.get(trouble.showId) ?? new Map<string, { advice: StreamAdvice; until: number }>();
    known.set(advice.code, { advice, until: Date.now() + TOLD_MS });
    this.byShow.set(trouble.showId, known);
  }

  of(showId: string): StreamAdvice[] {
    const now = Date.now();
    const known = [...(this.byShow.get(showId)?.values() ?? [])];
    return known.filter(({ until }) => until > now).map(({ advice }) => advice);
  }
}

function adviceOf({ what, blame, rendition }: Trouble): StreamAdvice | undefined {
  if (what === 'rung_dropped') {
    const text = `The server cannot keep up; the rendition ${rendition ?? ''} is off for now. Viewers see the others.`;
    return { code: 'rung_dropped', level: 'warning', text };
  }
  if (what === 'storage_full') return { code: 'storage_full', level: 'problem', text: FULL_TEXT };
  if (what === 'restarted' || what === 'gave_up') {
    return { code: 'transcoder_restarted', level: 'warning', text: RESTART_TEXT[blame] };
  }
  return undefined;
}

const FULL_TEXT =
  'The server has no room for your stream, so viewers see no new picture. Keep streaming; tell the operator to free the disk.';

const RESTART_TEXT: Record<Trouble['blame'], string> = {
  publisher:
    'Your stream could not be read for a moment and was picked up again. If this comes back, restart OBS.',
  us: 'Encoding stopped for a moment on our side and was started again. You need not do anything.',
  machine: 'The server is short of something (disk, memory or processor); viewers may see short stalls.',
};
