import type { ChatLine, LiveTick, LogEntry } from '#contracts';
import { AmbientLane } from './ambient.ts';
import { RoomMemory } from './room-memory.ts';
import type { Fence, RoomStart, TickMarks } from './room-ports.ts';
import { applyTick, type RoomView } from './room-view.ts';

/** Items and bytes of one tick: a room that has more to say says it in the next one, at once. */
const MOST_ITEMS = 200;
const MOST_BYTES = 200_000;

/** A tick on its way out: its JSON, and what is ready no more once the stream has it. */
export interface OutgoingTick {
  tick: LiveTick;
  json: string;
  marks: TickMarks;
  critical: boolean;
  entries: number;
  lines: number;
}

/**
 * What an owner holds of its room. `view` is the room after the last published tick; `ready` is stored and in no tick
 * yet, in the order of its positions: exactly the rows of Postgres above `marks`.
 */
export class RoomState {
  readonly fence: Fence;
  readonly memory: RoomMemory;
  readonly ambient = new AmbientLane();
  show: RoomStart['show'];
  view: RoomView;
  marks: TickMarks;
  streamSeq = 0;
  logSeq: number;
  lineSeq: number;
  ready: { entries: LogEntry[]; lines: ChatLine[] } = { entries: [], lines: [] };
  #lastAt = 0;

  constructor(fence: Fence, start: RoomStart, marks: TickMarks, now: () => number) {
    this.fence = fence;
    this.show = start.show;
    this.view = start.view;
    this.marks = marks;
    this.logSeq = start.logSeq;
    this.lineSeq = start.lineSeq;
    this.memory = new RoomMemory(() => this.view.modes, now);
    this.memory.load(start);
    this.ambient.reactionTotal = start.view.reactionTotal;
    if (start.view.poll) this.ambient.resumePoll(start.view.poll.pollId, start.view.poll.counts);
  }

  get hasReady(): boolean {
    return this.ready.entries.length > 0 || this.ready.lines.length > 0;
  }

  /** Server time that never goes back within a room. */
  stamp(now: number): number {
    this.#lastAt = Math.max(this.#lastAt, this.view.at, now);
    return this.#lastAt;
  }

  /** The next tick: as much of what is ready as one tick takes, and what gathered in the ambient lane. */
  nextTick(now: number, mediaTime: number | null, takeover: boolean): OutgoingTick {
    const at = this.stamp(now);
    const size = { bytes: 0 };
    const entries = takeWhileSmall(this.ready.entries, size);
    const lines = entries.length < this.ready.entries.length ? [] : takeWhileSmall(this.ready.lines, size);
    const critical: LogEntry[] = [];
    for (const entry of entries) {
      if (entry.type === 'stock_changed') this.ambient.setStock(entry.data);
      else critical.push(entry);
    }
    const ambient = this.ambient.take(at);
    const tick: LiveTick = {
      n: this.marks.n + 1,
      epoch: this.marks.epoch,
      at,
      mediaTime,
      ...(takeover ? { takeover: true as const } : {}),
      ...(critical.length > 0 ? { critical } : {}),
      ...(lines.length > 0 ? { chat: lines } : {}),
      ...(ambient ? { ambient } : {}),
    };
    return {
      tick,
      json: JSON.stringify(tick),
      critical: critical.length > 0,
      entries: entries.length,
      lines: lines.length,
      marks: {
        n: tick.n,
        epoch: tick.epoch,
        log: entries.at(-1)?.seq ?? this.marks.log,
        line: lines.at(-1)?.seq ?? this.marks.line,
      },
    };
  }

  /** The stream has the tick: the view moves on and what it contained is ready no more. */
  published(out: OutgoingTick, streamSeq: number): void {
    this.marks = out.marks;
    this.streamSeq = streamSeq;
    this.ready.entries.splice(0, out.entries);
    this.ready.lines.splice(0, out.lines);
    applyTick(this.view, out.tick);
    for (const entry of out.tick.critical ?? []) {
      if (entry.type === 'poll_opened') this.ambient.startPoll(entry.data.pollId, entry.data.options.length);
      if (entry.type === 'poll_closed') this.ambient.endPoll(entry.data.pollId);
    }
    this.view.reactionTotal = this.ambient.reactionTotal;
  }
}

function takeWhileSmall<T>(items: readonly T[], size: { bytes: number }): T[] {
  const taken: T[] = [];
  for (const item of items) {
    size.bytes += JSON.stringify(item).length;
    if (taken.length >= MOST_ITEMS || (size.bytes > MOST_BYTES && taken.length > 0)) break;
    taken.push(item);
  }
  return taken;
}
