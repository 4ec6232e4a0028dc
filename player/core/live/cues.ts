import type { ChatLine, LiveSnapshot, LogEntry, PinnedProduct, Poll } from '#contracts';

/** Something that takes effect when the picture reaches `mediaTime`; null: at once. */
export type Cue = { at: number; mediaTime: number | null } & (
  | { type: 'product'; product: PinnedProduct | null }
  | { type: 'message'; text: string; by: string }
  | { type: 'poll'; poll: Poll }
  | { type: 'line'; line: ChatLine | null }
  | { type: 'answer'; lineId: string }
);

/** Cues of the last minutes: a viewer who rewinds sees what was pinned then. */
const CUES_KEPT = 120;

/** The cue that a log entry makes, if it is one that waits for the picture. */
export function cueOf(entry: LogEntry): Cue | null {
  const { at, mediaTime } = entry;
  switch (entry.type) {
    case 'pinned':
      return { at, mediaTime, type: 'product', product: entry.data };
    case 'unpinned':
      return { at, mediaTime, type: 'product', product: null };
    case 'host_message':
      return { at, mediaTime, type: 'message', ...entry.data };
    case 'poll_opened':
      return { at, mediaTime, type: 'poll', poll: entry.data };
    case 'line_pinned':
      return { at, mediaTime, type: 'line', line: entry.data.line };
    case 'line_unpinned':
      return { at, mediaTime: null, type: 'line', line: null };
    case 'question_answered':
      return { at, mediaTime, type: 'answer', lineId: entry.data.lineId };
    default:
      return null;
  }
}

/** The cues that a snapshot stands for. */
export function cuesOfSnapshot({ pins, poll, hostMessage, pinnedLine, at }: LiveSnapshot): Cue[] {
  const cues: Cue[] = pins.map(({ product, mediaTime, at }) => ({ at, mediaTime, type: 'product', product }));
  if (hostMessage) cues.push({ ...hostMessage, type: 'message' });
  if (poll) {
    const { mediaTime, counts: _, ...rest } = poll;
    cues.push({ at, mediaTime, type: 'poll', poll: rest });
  }
  if (pinnedLine) cues.push({ at, mediaTime: null, type: 'line', line: pinnedLine });
  return cues;
}

export function withCue(cues: readonly Cue[], cue: Cue): readonly Cue[] {
  return [...cues, cue].slice(-CUES_KEPT);
}

/** What stands on the stage at one moment of the picture. */
export interface Presentation {
  product: PinnedProduct | null;
  message: { text: string; by: string; at: number } | null;
  poll: Poll | null;
  line: ChatLine | null;
  /** The question that the host is answering. */
  answering: string | null;
}

const NOTHING: Presentation = { product: null, message: null, poll: null, line: null, answering: null };

/**
 * What the viewer is shown when their picture is at `picture` (milliseconds of programme time). Null means that
 * there is no picture to wait for: the latest counts.
 */
export function presentAt(cues: readonly Cue[], picture: number | null): Presentation {
  let shown = NOTHING;
  for (const cue of cues) {
    if (cue.mediaTime !== null && picture !== null && cue.mediaTime > picture) continue;
    shown = withShown(shown, cue);
  }
  return shown;
}

function withShown(shown: Presentation, cue: Cue): Presentation {
  switch (cue.type) {
    case 'product':
      return { ...shown, product: cue.product };
    case 'message':
      return { ...shown, message: { text: cue.text, by: cue.by, at: cue.at } };
    case 'poll':
      return { ...shown, poll: cue.poll };
    case 'line':
      return { ...shown, line: cue.line };
    case 'answer':
      return { ...shown, answering: cue.lineId };
  }
}

/** When the picture next reaches a cue, so that a page knows how long nothing changes; null if none is ahead. */
export function nextCueAfter(cues: readonly Cue[], picture: number | null): number | null {
  if (picture === null) return null;
  let next: number | null = null;
  for (const { mediaTime } of cues) {
    if (mediaTime !== null && mediaTime > picture && (next === null || mediaTime < next)) next = mediaTime;
  }
  return next;
}
