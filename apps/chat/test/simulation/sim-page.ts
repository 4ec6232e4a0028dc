import type { LiveOffset, LiveSnapshot, LiveTick } from '#contracts';
import type { Outlet } from '../../src/gateway/outlet.ts';
import { Seat } from '../../src/gateway/seat.ts';
import { applyEntry, emptyView, type RoomView } from '../../src/rooms/room-view.ts';

/** One connection of a page; what is written to it after the page has another one is lost. */
class SimConnection implements Outlet {
  readonly deflate = false;
  readonly #page: SimPage;

  constructor(page: SimPage) {
    this.#page = page;
  }

  waiting(): number {
    return this.#page.stuck;
  }

  writeAll(frames: readonly Buffer[]): void {
    for (const frame of frames) this.write(frame);
  }

  write(frames: Buffer): void {
    if (this.#page.connection === this) this.#page.receive(frames);
  }
}

/** What a page does with frames, and every way in which a server could break its promises to it. */
export class SimPage {
  readonly name: string;
  readonly userId: string;
  violations: string[] = [];
  view: RoomView | undefined;
  /** Lines in the order of their arrival since the last snapshot. */
  arrived: string[] = [];
  snapshots = 0;
  connection: Outlet | undefined;
  /** Bytes that do not leave, because the client reads slowly. */
  stuck = 0;
  closedBy: string | undefined;
  /** Entries that came ahead of their ticks while the page was slow; they come again with the ticks after a reconnect. */
  #early = new Set<number>();
  /** Deletions win over lines that come after them, as on the real page. */
  #deleted = new Set<string>();

  constructor(name: string, userId: string) {
    this.name = name;
    this.userId = userId;
  }

  get offset(): LiveOffset | undefined {
    return this.view && { epoch: this.view.epoch, n: this.view.n };
  }

  /** A new connection; the one before is gone. */
  connect(): Seat {
    this.closedBy = undefined;
    this.connection = new SimConnection(this);
    return new Seat(this.connection, (reason) => (this.closedBy = reason));
  }

  disconnect(): void {
    this.connection = undefined;
  }

  receive(frames: Buffer): void {
    for (const text of textsIn(frames)) {
      const [event, body] = JSON.parse(text.slice(2)) as [string, unknown];
      if (event === 'snapshot') this.#takeSnapshot(body as LiveSnapshot);
      else if (event === 'tick') this.#takeTick(body as LiveTick);
    }
  }

  #takeSnapshot(snapshot: LiveSnapshot): void {
    this.snapshots += 1;
    this.view = structuredClone(snapshot);
    this.arrived = snapshot.lines.map(({ id }) => id);
  }

  #takeTick(tick: LiveTick): void {
    const view = (this.view ??= emptyView('', tick.epoch, {
      state: 'live',
      title: '',
      shopId: '',
      hostId: null,
    }));
    if (tick.epoch !== view.epoch) {
      this.violations.push(`${this.name}: tick of epoch ${tick.epoch} in ${view.epoch}`);
      return;
    }
    if (tick.partial) {
      for (const entry of tick.critical ?? []) {
        this.#early.add(entry.seq);
        if (entry.type === 'lines_deleted') for (const id of entry.data.lineIds) this.#deleted.add(id);
        applyEntry(view, entry);
      }
      return;
    }
    if (tick.n <= view.n) {
      this.violations.push(`${this.name}: tick ${tick.n} came again after ${view.n}`);
      return;
    }
    if (tick.n !== view.n + 1) this.violations.push(`${this.name}: tick ${tick.n} came after ${view.n}`);
    view.n = tick.n;
    for (const entry of tick.critical ?? []) {
      if (entry.seq <= view.seq && !this.#early.has(entry.seq))
        this.violations.push(`${this.name}: entry ${entry.seq} came again`);
      applyEntry(view, entry);
    }
    for (const line of tick.chat ?? []) {
      if (this.arrived.includes(line.id)) this.violations.push(`${this.name}: line ${line.text} came twice`);
      this.arrived.push(line.id);
      if (!this.#deleted.has(line.id)) view.lines = [...view.lines, line].slice(-50);
    }
  }
}

/** The texts of unmasked WebSocket text frames. */
export function textsIn(frames: Buffer): string[] {
  const texts: string[] = [];
  for (let at = 0; at < frames.length;) {
    const short = (frames[at + 1] ?? 0) & 0x7f;
    const headerBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    const length =
      short === 126
        ? frames.readUInt16BE(at + 2)
        : short === 127
          ? Number(frames.readBigUInt64BE(at + 2))
          : short;
    texts.push(frames.toString('utf8', at + headerBytes, at + headerBytes + length));
    at += headerBytes + length;
  }
  return texts;
}
