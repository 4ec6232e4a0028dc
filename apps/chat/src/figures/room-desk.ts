import type { ChatLine, LiveDesk, LiveFigures, SaleState } from '#contracts';
import type { WaitingLine, WaitingReport } from '../rooms/intake.ts';
import type { RoomSum } from '../rooms/asks.ts';
import type { RoomPorts } from '../rooms/owner-ports.ts';
import type { MinuteFigures, StoredFigures } from '../rooms/room-ports.ts';
import type { RoomState } from '../rooms/room-state.ts';
import { PerMinute } from './per-minute.ts';
import { RoomPresence, type Presence } from './presence.ts';

/** Viewers are counted anew this often. */
const COUNT_EVERY_MS = 1_000;
const MOST_PER_FRAME = 100;
/** Figures of the minute are stored this often. */
const STORE_EVERY_MS = 10_000;
/** Figures that the database knows are read this often while somebody looks. */
const READ_EVERY_MS = 2_000;
const MINUTE_MS = 60_000;

const NO_FIGURES: StoredFigures = {
  ordersLastMinute: 0,
  orders: 0,
  units: 0,
  revenue: [],
  held: 0,
  reports: 0,
  questions: 0,
};

/** What one turn stored. */
export interface StoredNews {
  shown: ChatLine[];
  /** Lines that were stored for the replay only. */
  unseen: number;
  aside: WaitingLine[];
  reports: WaitingReport[];
}

/** What a room tells its host and moderators: the figures, once per tick, and what waits for a decision. */
export class RoomDesk {
  readonly #state: RoomState;
  readonly #ports: Pick<RoomPorts, 'desk' | 'push' | 'store'>;
  readonly #presence = new RoomPresence();
  readonly #chat = new PerMinute();
  readonly #reactions = new PerMinute();
  #present: Presence = { viewers: 0, accounts: 0, guests: 0, desks: 0, busy: 0 };
  #countedAt = -Infinity;
  #peak = 0;
  #news: LiveDesk = {};
  #shown = '';
  #unstored: MinuteFigures = { viewers: 0, lines: 0, reactions: 0 };
  #storedAt = 0;
  #stored: StoredFigures = NO_FIGURES;
  #readAt = -Infinity;

  constructor(state: RoomState, ports: Pick<RoomPorts, 'desk' | 'push' | 'store'>) {
    this.#state = state;
    this.#ports = ports;
  }

  /** Whether somebody looks at the desk. */
  get isOpen(): boolean {
    return this.#present.desks > 0;
  }

  get viewers(): number {
    return this.#present.viewers;
  }

  /** How much of its time the busiest gateway of the room works. */
  get busy(): number {
    return this.#present.busy;
  }

  onPresence(gateway: string, presence: NonNullable<RoomSum['presence']>, now: number): void {
    this.#presence.take(gateway, presence, now);
    if (presence.desks > 0 && !this.isOpen) this.#countedAt = -Infinity;
    this.#count(now);
  }

  onReactions(count: number, now: number): void {
    this.#reactions.add(count, now);
    this.#unstored.reactions += count;
  }

  /** Orders or decisions may have changed. */
  onPoke(): void {
    this.#readAt = -Infinity;
  }

  onStored({ shown, unseen, aside, reports }: StoredNews): void {
    const { showId } = this.#state.show;
    const last = shown.at(-1) ?? aside.at(-1)?.stored.line;
    if (last) {
      this.#chat.add(shown.length + unseen + aside.length, last.at);
      this.#unstored.lines += shown.length + unseen;
    }
    const questions = shown.filter((line) => line.question);
    if (questions.length > 0) this.#add('questions', questions);
    for (const { stored } of aside) {
      const { line, state, why } = stored;
      this.#add('lines', [{ line, state: state === 'held' ? 'held' : 'shadowed', why: why ?? '' }]);
      if (state === 'held') {
        this.#ports.push(line.author.id, { type: 'line_held', showId, lineId: line.id, key: line.key });
      } else this.#ports.push(line.author.id, { type: 'echo', showId, line });
    }
    for (const { report } of reports) {
      const { id, lineId, reason } = report;
      this.#add('reports', [{ reportId: id, lineId, reason, at: this.#state.stamp(0) }]);
    }
  }

  onDecided(line: ChatLine, approved: boolean, by: string): void {
    const { showId } = this.#state.show;
    this.#add('decided', [{ lineId: line.id, approved, by: by.slice(0, 60) }]);
    this.#ports.push(line.author.id, {
      type: 'line_decided',
      showId,
      lineId: line.id,
      key: line.key,
      approved,
    });
  }

  /** Sends what changed to open desks. */
  publish(now: number): void {
    this.#count(now);
    if (this.#present.desks === 0) {
      this.#news = {};
      return;
    }
    const figures = this.#figures(now);
    const { at: _, ...values } = figures;
    const fingerprint = JSON.stringify(values);
    const changed = fingerprint !== this.#shown;
    if (!changed && Object.keys(this.#news).length === 0) return;
    this.#shown = fingerprint;
    this.#ports.desk(this.#state.show.showId, { ...(changed ? { figures } : {}), ...this.#news });
    this.#news = {};
  }

  /** Stores the figures of the minute, and reads what the database counts while a desk is open. */
  async keepUp(now: number): Promise<void> {
    const { store } = this.#ports;
    const { showId } = this.#state.show;
    this.#unstored.viewers = Math.max(this.#unstored.viewers, this.#present.viewers);
    if (now - this.#storedAt >= STORE_EVERY_MS && Object.values(this.#unstored).some((count) => count > 0)) {
      this.#storedAt = now;
      const figures = this.#unstored;
      this.#unstored = { viewers: 0, lines: 0, reactions: 0 };
      await store.addFigures(showId, now - (now % MINUTE_MS), figures);
    }
    if (this.#present.desks > 0 && now - this.#readAt >= READ_EVERY_MS) {
      this.#readAt = now;
      this.#stored = await store.figures(showId, now);
    }
  }

  #count(now: number): void {
    if (now - this.#countedAt < COUNT_EVERY_MS) return;
    this.#countedAt = now;
    this.#present = this.#presence.count(now);
    this.#peak = Math.max(this.#peak, this.#present.viewers);
    this.#state.ambient.setViewers(this.#present.viewers);
  }

  #figures(now: number): LiveFigures {
    return {
      at: now,
      viewers: this.#present.viewers,
      viewerPeak: this.#peak,
      accounts: this.#present.accounts,
      guests: this.#present.guests,
      chatPerMinute: this.#chat.count(now),
      reactionsPerMinute: this.#reactions.count(now),
      ordersPerMinute: this.#stored.ordersLastMinute,
      orders: this.#stored.orders,
      units: this.#stored.units,
      revenue: this.#stored.revenue.slice(0, 10),
      stock: stockOf(this.#state.view.sales),
      held: this.#stored.held,
      reports: this.#stored.reports,
      questions: this.#stored.questions,
    };
  }

  #add<K extends 'lines' | 'decided' | 'reports' | 'questions'>(
    part: K,
    items: NonNullable<LiveDesk[K]>,
  ): void {
    const before = this.#news[part] ?? [];
    this.#news = { ...this.#news, [part]: [...before, ...items].slice(-MOST_PER_FRAME) };
  }
}

/** What can still be had, of every sale that is on. */
function stockOf(sales: readonly SaleState[]): LiveFigures['stock'] {
  return sales
    .filter((sale) => sale.state !== 'closed')
    .flatMap(({ saleId, items }) =>
      items.flatMap(({ variantId, available }) =>
        available === undefined ? [] : [{ saleId, variantId, available }],
      ),
    )
    .slice(0, 100);
}
