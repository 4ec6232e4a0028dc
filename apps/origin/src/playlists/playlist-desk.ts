import { setImmediate } from 'node:timers/promises';
import { decideReload, renderMediaPlaylist } from '#hls';
import type { DateRange, DeliveryDirectives, MediaPlaylist, Skip } from '#hls';
import type { ShowStream } from '../streams/show-stream.ts';
import { liveMediaPlaylist } from './live-playlist.ts';
import { wholeMediaPlaylist } from './whole-playlist.ts';
import { RenderedPlaylist } from './rendered-playlist.ts';
import type { RenditionRows } from '../streams/media-rows.ts';

/**
 * How long a request may wait. Three target durations as the specification says, and before the ten seconds after which
 * hls.js gives up.
 */
export const LONGEST_WAIT_MS = 9_000;

/** What a viewer's request for a media playlist comes to. */
export type PlaylistAnswer =
  | { kind: 'playlist'; playlist: RenderedPlaylist; blocking: boolean }
  | { kind: 'refused' }
  | { kind: 'unknown rendition' }
  | { kind: 'too late' };

/** Segments that a running rung may lag behind the newest of all before it counts as one that stopped. */
const RUNNING_LAG_SEGMENTS = 3;

/** Viewers answered before other work gets its turn: about half a millisecond of it, so that the next part never waits long. */
const ANSWERS_PER_TURN = 8;

interface Waiter {
  directives: DeliveryDirectives;
  answer: (answer: PlaylistAnswer) => void;
  timer: NodeJS.Timeout;
}

/**
 * Answers the viewers of one show's live playlists. A playlist is rendered once per part and skip form, at the first
 * request for it, and the same buffer goes to everyone who waited.
 */
export class PlaylistDesk {
  private readonly stream: ShowStream;
  private readonly dateRanges: () => readonly DateRange[];
  private readonly rendered = new Map<string, Map<Skip, RenderedPlaylist>>();
  private readonly renderedWhole = new Map<string, Map<Skip, RenderedPlaylist>>();
  private readonly waiters = new Map<string, Set<Waiter>>();
  /** Renditions whose waiters are being answered; `again` when something came meanwhile. */
  private readonly waking = new Map<string, { again: boolean }>();
  private readonly askedAt = new Map<string, number>();
  private readonly demandListeners = new Set<() => void>();
  private readonly stopListeners = new Set<() => void>();
  private readonly stopListening: () => void;

  constructor(stream: ShowStream, dateRanges: () => readonly DateRange[]) {
    this.stream = stream;
    this.dateRanges = dateRanges;
    this.stopListening = stream.onChange(({ renditions, segmentEnded, phase }) => {
      if (segmentEnded || phase) this.renderedWhole.clear();
      for (const name of phase ? stream.rows.renditions.keys() : renditions) this.refresh(name);
    });
  }

  /** Calls `answer` exactly once, now or when the playlist has what is asked for. Gives back a function to lose interest. */
  ask(
    rendition: string,
    directives: DeliveryDirectives,
    answer: (answer: PlaylistAnswer) => void,
  ): () => void {
    this.noteDemand(rendition);
    const now = this.tryAnswer(rendition, directives);
    if (now) {
      answer(now);
      return () => undefined;
    }
    const waiters = this.waiters.get(rendition) ?? new Set<Waiter>();
    this.waiters.set(rendition, waiters);
    const waiter: Waiter = {
      directives,
      answer,
      timer: setTimeout(() => {
        waiters.delete(waiter);
        answer({ kind: 'too late' });
      }, LONGEST_WAIT_MS),
    };
    waiters.add(waiter);
    return () => {
      clearTimeout(waiter.timer);
      waiters.delete(waiter);
    };
  }

  /** The playlist over whole segments (DVR while on air, replay afterwards), or undefined while there is none. */
  whole(rendition: string, skip: Skip): RenderedPlaylist | undefined {
    this.noteDemand(rendition);
    return rememberForm(this.renderedWhole, rendition, skip, () =>
      wholeMediaPlaylist(this.stream.rows, rendition, this.dateRanges()),
    );
  }

  /** Milliseconds since each rendition was last asked for; a viewer who waits is asking. */
  demand(now: number, forgetAfterMs: number): Record<string, number> {
    const ages: Record<string, number> = {};
    for (const [name, at] of this.askedAt) {
      const age = this.waiters.get(name)?.size ? 0 : Math.max(0, now - at);
      if (age <= forgetAfterMs) ages[name] = age;
    }
    return ages;
  }

  /** Calls back when a rendition is asked for that was not asked for in the last second. */
  onDemand(listener: () => void): () => void {
    this.demandListeners.add(listener);
    return () => this.demandListeners.delete(listener);
  }

  /** New date ranges, or whatever else a playlist shows besides its segments. */
  forgetRendered(): void {
    this.rendered.clear();
    this.renderedWhole.clear();
  }

  /** Viewers that wait for something. */
  get waiting(): number {
    let count = 0;
    for (const waiters of this.waiters.values()) count += waiters.size;
    return count;
  }

  /** Calls back when the desk stops, for answers that would stay open. */
  onStop(listener: () => void): () => void {
    this.stopListeners.add(listener);
    return () => this.stopListeners.delete(listener);
  }

  stop(): void {
    this.stopListening();
    for (const listener of this.stopListeners) listener();
    for (const waiters of this.waiters.values()) {
      for (const { timer, answer } of waiters) {
        clearTimeout(timer);
        answer({ kind: 'too late' });
      }
      waiters.clear();
    }
  }

  private refresh(rendition: string): void {
    this.rendered.delete(rendition);
    const waiters = this.waiters.get(rendition);
    if (!waiters?.size) return;
    const under = this.waking.get(rendition);
    if (under) under.again = true;
    else void this.wake(rendition, waiters);
  }

  /**
   * Answers those who wait, some at a time and after the writer, who has the next part to bring: the first of them ask for
   * the part at once, and that answer fills the caches for all the others if it does not have to queue behind a thousand
   * playlists.
   */
  private async wake(rendition: string, waiters: Set<Waiter>): Promise<void> {
    const turn = { again: true };
    this.waking.set(rendition, turn);
    let answered = 0;
    await setImmediate();
    while (turn.again) {
      turn.again = false;
      for (const waiter of waiters) {
        const answer = this.tryAnswer(rendition, waiter.directives);
        if (!answer) continue;
        waiters.delete(waiter);
        clearTimeout(waiter.timer);
        waiter.answer(answer);
        answered++;
        if (answered % ANSWERS_PER_TURN === 0) await setImmediate();
      }
    }
    this.waking.delete(rendition);
  }

  private tryAnswer(rendition: string, directives: DeliveryDirectives): PlaylistAnswer | undefined {
    const { rows } = this.stream;
    const known = rows.renditions.get(rendition);
    if (!known) return { kind: 'unknown rendition' };
    const newest = known.segments.at(-1);
    const ended = rows.phase === 'ended';
    if (!newest) return ended ? { kind: 'unknown rendition' } : undefined;
    // A rung that does not run is about to: its first request starts it, and its numbers are not the client's to guess.
    if (!ended && isIdle(known, rows.highestMsn)) return undefined;
    const { msn: lastMsn, closed, parts = [] } = newest;
    const position = { lastMsn, partCount: parts.length, closed, ended };
    const decision = decideReload(directives, position, rows.partTarget);
    if (decision === 'refuse') return { kind: 'refused' };
    if (decision === 'wait') return undefined;
    const playlist = rememberForm(this.rendered, rendition, directives.skip, () =>
      liveMediaPlaylist(rows, rendition, this.dateRanges()),
    );
    return playlist && { kind: 'playlist', playlist, blocking: directives.msn !== undefined };
  }

  private noteDemand(rendition: string): void {
    if (!this.stream.rows.renditions.has(rendition)) return;
    const now = Date.now();
    const isNew = now - (this.askedAt.get(rendition) ?? 0) > 1_000;
    this.askedAt.set(rendition, now);
    if (isNew) for (const listener of this.demandListeners) listener();
  }
}

/** The rendered form of a playlist, made once. */
function rememberForm(
  known: Map<string, Map<Skip, RenderedPlaylist>>,
  rendition: string,
  skip: Skip,
  model: () => MediaPlaylist | undefined,
): RenderedPlaylist | undefined {
  const forms = known.get(rendition) ?? new Map<Skip, RenderedPlaylist>();
  known.set(rendition, forms);
  const rendered = forms.get(skip);
  if (rendered) return rendered;
  const playlist = model();
  if (!playlist) return undefined;
  const fresh = new RenderedPlaylist(renderMediaPlaylist(playlist, skip));
  forms.set(skip, fresh);
  return fresh;
}

function isIdle({ declaration, segments }: RenditionRows, highestMsn: number): boolean {
  return declaration.state !== 'running' || highestMsn - (segments.at(-1)?.msn ?? 0) > RUNNING_LAG_SEGMENTS;
}
