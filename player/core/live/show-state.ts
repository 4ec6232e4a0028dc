import type {
  ChatLine,
  LiveSnapshot,
  LiveTick,
  LogEntry,
  ReactionKind,
  RoomModes,
  SaleState,
} from '#contracts';
import { cueOf, cuesOfSnapshot, withCue, type Cue } from './cues.ts';

/** A line on its way: written here, not yet in the room's order. */
export interface PendingLine {
  key: string;
  text: string;
  question: boolean;
  replyTo?: ChatLine['replyTo'];
  state: 'sending' | 'held' | 'failed';
  /** Why it was refused, in words. */
  why?: string;
}

/** A live show as the server last told it. What waits for the picture is in `cues`; see `presentAt`. */
export interface ShowState {
  /** Null until the first snapshot. */
  show: LiveSnapshot['show'] | null;
  /** The last entry of the show log that this state contains. */
  seq: number;
  viewers: number;
  /**
   * Programme time minus the server's time, ms: the camera's clock need not run like ours. Null until it is known.
   */
  programmeOffset: number | null;
  reactionTotal: number;
  /** Taps of the last tick; `n` tells two equal ones apart. */
  reactions: { n: number; sums: Partial<Record<ReactionKind, number>> };
  sales: Readonly<Record<string, SaleState>>;
  modes: RoomModes;
  lines: readonly ChatLine[];
  pending: readonly PendingLine[];
  /** Lines of this room that were said but left out, because it was too fast to read. */
  unseen: number;
  cues: readonly Cue[];
  /** Votes by poll, newest first known. */
  votes: Readonly<Record<string, readonly number[]>>;
  closedPolls: readonly string[];
  deleted: readonly string[];
}

export type ShowEvent =
  | { type: 'snapshot'; snapshot: LiveSnapshot }
  | { type: 'tick'; tick: LiveTick }
  /** Sales read elsewhere; what the room told is newer or the same. */
  | { type: 'sales'; sales: readonly SaleState[] }
  | { type: 'wrote'; line: PendingLine }
  | { type: 'line_settled'; key: string; outcome: 'sent' | 'held' | { failed: string } }
  | { type: 'line_dropped'; key: string };

/** Older lines leave the page: a phone that watched for three hours must not hold ten thousand of them. */
const LINES_KEPT = 200;
const DELETED_KEPT = 400;

const OPEN_ROOM: RoomModes = {
  slowS: 0,
  followersOnlyS: null,
  buyersOnly: false,
  emotesOnly: false,
  guestsMayWrite: false,
  links: 'allow',
  shield: false,
};

export const EMPTY_SHOW: ShowState = {
  show: null,
  seq: 0,
  viewers: 0,
  programmeOffset: null,
  reactionTotal: 0,
  reactions: { n: -1, sums: {} },
  sales: {},
  modes: OPEN_ROOM,
  lines: [],
  pending: [],
  unseen: 0,
  cues: [],
  votes: {},
  closedPolls: [],
  deleted: [],
};

/** The state after an event. */
export function showReducer(state: ShowState, event: ShowEvent): ShowState {
  switch (event.type) {
    case 'snapshot':
      return fromSnapshot(state, event.snapshot);
    case 'tick':
      return withTick(state, event.tick);
    case 'sales':
      return { ...state, sales: newest(state.sales, event.sales) };
    case 'wrote':
      return {
        ...state,
        pending: [...state.pending.filter(({ key }) => key !== event.line.key), event.line],
      };
    case 'line_settled':
      return withSettled(state, event.key, event.outcome);
    case 'line_dropped':
      return { ...state, pending: state.pending.filter(({ key }) => key !== event.key) };
  }
}

function fromSnapshot(state: ShowState, snapshot: LiveSnapshot): ShowState {
  const keys = new Set(snapshot.lines.map(({ key }) => key));
  const poll = snapshot.poll;
  return {
    ...EMPTY_SHOW,
    show: snapshot.show,
    seq: snapshot.seq,
    viewers: snapshot.viewers,
    programmeOffset: offsetOf(snapshot),
    reactionTotal: snapshot.reactionTotal,
    sales: newest(state.sales, snapshot.sales),
    modes: snapshot.modes,
    lines: snapshot.lines,
    pending: state.pending.filter(({ key }) => !keys.has(key)),
    cues: cuesOfSnapshot(snapshot),
    votes: poll ? { [poll.pollId]: poll.counts } : {},
  };
}

function withTick(state: ShowState, tick: LiveTick): ShowState {
  let next = state;
  for (const entry of tick.critical ?? []) {
    // An entry comes again when a slow connection got it ahead of its tick, or a new owner is not sure that it was heard.
    if (entry.seq > next.seq) next = { ...withEntry(next, entry), seq: entry.seq };
  }
  if (tick.chat) next = withLines(next, tick.chat);
  const { viewers, reactions, reactionTotal, stock, poll, unseen } = tick.ambient ?? {};
  return {
    ...next,
    viewers: viewers ?? next.viewers,
    programmeOffset: offsetOf(tick) ?? next.programmeOffset,
    reactionTotal: reactionTotal ?? next.reactionTotal,
    reactions: reactions ? { n: tick.n, sums: reactions } : next.reactions,
    sales: stock ? newest(next.sales, stock) : next.sales,
    votes: poll ? { ...next.votes, [poll.pollId]: poll.counts } : next.votes,
    unseen: next.unseen + (unseen ?? 0),
  };
}

function offsetOf({ at, mediaTime }: Pick<LiveTick, 'at' | 'mediaTime'>): number | null {
  return mediaTime === null ? null : mediaTime - at;
}

function withEntry(state: ShowState, entry: LogEntry): ShowState {
  switch (entry.type) {
    case 'sale_changed':
    case 'price_changed':
    case 'stock_changed':
    case 'sold_out':
      return { ...state, sales: newest(state.sales, [entry.data]) };
    case 'modes_changed':
      return { ...state, modes: entry.data };
    case 'show_state':
      return { ...state, show: state.show && { ...state.show, state: entry.data.state } };
    case 'lines_deleted':
      return without(state, entry.data.lineIds);
    case 'user_cleared': {
      const { userId, since } = entry.data;
      return without(
        state,
        state.lines.filter((line) => line.author.id === userId && line.at >= since).map(({ id }) => id),
      );
    }
    case 'poll_closed':
      return {
        ...state,
        closedPolls: [...state.closedPolls, entry.data.pollId].slice(-20),
        votes: { ...state.votes, [entry.data.pollId]: entry.data.counts },
      };
    default: {
      const cue = cueOf(entry);
      return cue ? { ...state, cues: withCue(state.cues, cue) } : state;
    }
  }
}

function withLines(state: ShowState, added: readonly ChatLine[]): ShowState {
  const known = new Set([...state.lines.map(({ id }) => id), ...state.deleted]);
  const gone = new Set(state.deleted);
  const fresh = added.filter(({ id }) => !known.has(id)).map((line) => withoutQuote(line, gone));
  const keys = new Set(fresh.map(({ key }) => key));
  return {
    ...state,
    lines: [...state.lines, ...fresh].slice(-LINES_KEPT),
    pending: state.pending.filter(({ key }) => !keys.has(key)),
  };
}

/** Deletions win: a deleted line is gone here and does not come back from a tick that was under way. */
function without(state: ShowState, ids: readonly string[]): ShowState {
  const gone = new Set(ids);
  return {
    ...state,
    lines: state.lines.filter(({ id }) => !gone.has(id)).map((line) => withoutQuote(line, gone)),
    deleted: [...state.deleted, ...ids].slice(-DELETED_KEPT),
    cues: state.cues.map((cue) =>
      cue.type === 'line' && cue.line && gone.has(cue.line.id) ? { ...cue, line: null } : cue,
    ),
  };
}

/** What an answer quotes goes with the line that it answers. */
function withoutQuote(line: ChatLine, gone: ReadonlySet<string>): ChatLine {
  if (!line.replyTo || !gone.has(line.replyTo.id)) return line;
  const { replyTo: _, ...rest } = line;
  return rest;
}

function withSettled(
  state: ShowState,
  key: string,
  outcome: 'sent' | 'held' | { failed: string },
): ShowState {
  // A line that was sent stays as it is until its tick brings it: it would blink otherwise.
  if (outcome === 'sent') return state;
  const change = (line: PendingLine): PendingLine =>
    outcome === 'held' ? { ...line, state: 'held' } : { ...line, state: 'failed', why: outcome.failed };
  return { ...state, pending: state.pending.map((line) => (line.key === key ? change(line) : line)) };
}

/**
 * Sales by id; an older version never replaces a newer one. A shelf (standing sale) tells only the variants that
 * changed, so the others stay as they were.
 */
function newest(known: ShowState['sales'], told: readonly SaleState[]): ShowState['sales'] {
  const next = { ...known };
  for (const sale of told) {
    const before = next[sale.saleId];
    if (before && before.version >= sale.version) continue;
    next[sale.saleId] =
      before && sale.kind === 'standing' ? { ...sale, items: mergedItems(before.items, sale.items) } : sale;
  }
  return next;
}

function mergedItems(before: SaleState['items'], told: SaleState['items']): SaleState['items'] {
  const changed = new Set(told.map(({ variantId }) => variantId));
  return [...before.filter(({ variantId }) => !changed.has(variantId)), ...told];
}
