import {
  SNAPSHOT_LINES,
  type ChatLine,
  type LiveAmbient,
  type LiveSnapshot,
  type LiveTick,
  type LogEntry,
  type RoomModes,
  type SaleState,
} from '#contracts';

/** What a room looks like after a tick: what a snapshot says of it. */
export type RoomView = LiveSnapshot;

/** Pins older than this are only kept when nothing newer replaced them: no viewer's picture is that far behind. */
const PINS_KEPT_MS = 10 * 60_000;
const MOST_PINS = 20;
const MOST_SALES = 100;

/** How a room may be written in when nobody has set anything. */
export const OPEN_MODES: RoomModes = {
  slowS: 0,
  followersOnlyS: null,
  buyersOnly: false,
  emotesOnly: false,
  guestsMayWrite: false,
  links: 'hold',
  shield: false,
};

/** A room in which nothing has happened. */
export function emptyView(showId: string, epoch: string, show: RoomView['show']): RoomView {
  return {
    showId,
    epoch,
    n: 0,
    at: 0,
    mediaTime: null,
    show,
    seq: 0,
    pins: [],
    sales: [],
    poll: null,
    pinnedLine: null,
    hostMessage: null,
    modes: OPEN_MODES,
    viewers: 0,
    reactionTotal: 0,
    lines: [],
  };
}

/** Moves `view` on by one tick. Gateways and the owner use the same function, so they cannot disagree. */
export function applyTick(view: RoomView, tick: LiveTick): void {
  view.n = tick.n;
  view.epoch = tick.epoch;
  view.at = tick.at;
  view.mediaTime = tick.mediaTime;
  for (const entry of tick.critical ?? []) applyEntry(view, entry);
  if (tick.chat) view.lines = [...view.lines, ...tick.chat].slice(-SNAPSHOT_LINES);
  if (tick.ambient) applyAmbient(view, tick.ambient);
}

/** Moves `view` on by one entry of the show log; an entry that it contains already changes nothing. */
export function applyEntry(view: RoomView, entry: LogEntry): void {
  if (entry.seq <= view.seq) return;
  view.seq = entry.seq;
  switch (entry.type) {
    case 'pinned':
    case 'unpinned':
      return addPin(view, entry);
    case 'host_message':
      view.hostMessage = { ...entry.data, at: entry.at, mediaTime: entry.mediaTime };
      return;
    case 'poll_opened':
      view.poll = { ...entry.data, mediaTime: entry.mediaTime, counts: entry.data.options.map(() => 0) };
      return;
    case 'poll_closed':
      if (view.poll?.pollId === entry.data.pollId) view.poll = null;
      return;
    case 'line_pinned':
      view.pinnedLine = entry.data.line;
      return;
    case 'line_unpinned':
      view.pinnedLine = null;
      return;
    case 'sale_changed':
    case 'price_changed':
    case 'stock_changed':
    case 'sold_out':
      return applySale(view, entry.data);
    case 'lines_deleted':
      removeLines(view, (line) => entry.data.lineIds.includes(line.id));
      view.lines = withoutQuotes(view.lines, entry.data.lineIds);
      return;
    case 'user_cleared':
      return removeLines(view, (line) => line.author.id === entry.data.userId && line.at >= entry.data.since);
    case 'modes_changed':
      view.modes = entry.data;
      return;
    case 'show_state':
      view.show = { ...view.show, state: entry.data.state };
      return;
    case 'question_answered':
      return;
  }
}

/** Replaces what is known of a sale unless that is as new: "stock 1" never follows "sold out". */
export function applySale(view: RoomView, sale: SaleState): void {
  const known = view.sales.findIndex((other) => other.saleId === sale.saleId);
  const present = view.sales[known];
  if (present && present.version >= sale.version) return;
  const others = view.sales.filter((_, index) => index !== known);
  view.sales = [...others, sale].slice(-MOST_SALES);
}

function applyAmbient(view: RoomView, ambient: LiveAmbient): void {
  if (ambient.viewers !== undefined) view.viewers = ambient.viewers;
  if (ambient.reactionTotal !== undefined) view.reactionTotal = ambient.reactionTotal;
  for (const sale of ambient.stock ?? []) applySale(view, sale);
  if (ambient.poll && view.poll?.pollId === ambient.poll.pollId) {
    view.poll = { ...view.poll, counts: ambient.poll.counts };
  }
}

function addPin(view: RoomView, entry: Extract<LogEntry, { type: 'pinned' | 'unpinned' }>): void {
  const product = entry.type === 'pinned' ? entry.data : null;
  const pins = [...view.pins, { mediaTime: entry.mediaTime, at: entry.at, product }];
  const oldestKept = pins.findLastIndex((pin) => pin.at < entry.at - PINS_KEPT_MS);
  view.pins = pins.slice(Math.max(oldestKept, 0)).slice(-MOST_PINS);
}

/** The lines without what they quote of lines that were deleted: a deletion takes the words away everywhere. */
export function withoutQuotes(lines: readonly ChatLine[], ids: readonly string[]): ChatLine[] {
  return lines.map((line) => {
    if (!line.replyTo || !ids.includes(line.replyTo.id)) return line;
    const { replyTo: _, ...rest } = line;
    return rest;
  });
}

function removeLines(view: RoomView, gone: (line: ChatLine) => boolean): void {
  view.lines = view.lines.filter((line) => !gone(line));
  if (view.pinnedLine && gone(view.pinnedLine)) view.pinnedLine = null;
}
