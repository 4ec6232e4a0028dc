import type { CloseReason, LivePush, LiveYou } from '#contracts';
import { createStore, type Readable } from '../store.ts';
import type { Timers } from '../timers.ts';
import type { LiveConnection } from './connection.ts';

export type RoomState =
  | { kind: 'joining' }
  /** In the room; `you` is whom the server takes us for. */
  | { kind: 'joined'; you: LiveYou }
  /** The server keeps us out: `code` is one of the error codes. */
  | { kind: 'refused'; code: string; detail?: string };

/** The server's clock may be behind ours: who asks right at the end of a mute may hear that it still lasts. */
const MUTE_OVER_MS = 1_000;
const LONGEST_TIMER_MS = 24 * 3_600_000;

interface StandingDeps {
  showId: string;
  timers: Timers;
  /** Asks the server again whom it takes us for. */
  ask: () => void;
}

export interface Standing extends Readable<RoomState> {
  /** What the server answered at the door. */
  judge(next: RoomState): void;
  /** Follows what it tells this person later; the answer ends that. */
  listen(connection: LiveConnection): () => void;
}

/** What a person may do in one room, from the door on: mutes begin at once, and are asked about when they should be over. */
export function createStanding({ showId, timers, ask }: StandingDeps): Standing {
  const state = createStore<RoomState>({ kind: 'joining' });
  let cancelMute = () => undefined as void;
  const judge = (next: RoomState) => {
    cancelMute();
    state.set(next);
    const until = next.kind === 'joined' ? next.you.mutedUntil : null;
    if (until === null) return;
    const left = Math.max(0, until - timers.now()) + MUTE_OVER_MS;
    cancelMute = timers.after(Math.min(LONGEST_TIMER_MS, left), ask);
  };
  const told = (push: LivePush) => {
    const now = state.get();
    if (now.kind !== 'joined') return;
    if (push.type === 'unmuted' && push.showId === showId && now.you.mutedUntil !== null)
      judge({ kind: 'joined', you: { ...now.you, mayWrite: true, mutedUntil: null } });
    if (push.type !== 'muted' || push.showId !== showId) return;
    const mutedUntil = push.until ?? Number.MAX_SAFE_INTEGER;
    judge({ kind: 'joined', you: { ...now.you, mayWrite: false, mutedUntil } });
  };
  return {
    get: state.get,
    subscribe: state.subscribe,
    judge,
    listen(connection) {
      const stopPushes = connection.on('push', told);
      const stopWatching = connection.subscribe(() => {
        const now = connection.get();
        if (now.kind === 'refused') judge({ kind: 'refused', ...keptOut(now.reason) });
      });
      return () => {
        stopPushes();
        stopWatching();
        cancelMute();
      };
    },
  };
}

/** Why the server closed the socket for good, in words. */
function keptOut(reason: CloseReason): { code: string; detail: string } {
  switch (reason) {
    case 'banned':
      return { code: 'chat_banned', detail: 'You were banned from this chat.' };
    case 'protocol_version':
      return { code: reason, detail: 'This page is older than the server. Load it again to chat.' };
    case 'flooding':
    case 'too_many_sockets':
      return { code: reason, detail: 'Too much came from here. Load the page again in a minute.' };
    case 'show_gone':
      return { code: reason, detail: 'The show was removed, or only people of its shop see it now.' };
    default:
      return { code: reason, detail: 'The chat let this page go. Load it again to come back.' };
  }
}
