import type { ChatLine, LiveDesk, LiveFigures } from '#contracts';
import type { WaitingLine, WaitingReport } from '../rooms/intake.ts';
import type { RoomSum } from '../rooms/asks.ts';
import type { RoomPorts } from '../rooms/room.ts';
import type { RoomState } from '../rooms/room-state.ts';
import { PerMinute } from './per-minute.ts';
import { RoomPresence, type Presence } from './presence.ts';

/** Viewers are counted anew this often. */
const COUNT_EVERY_MS = 1_000;
const MOST_PER_FRAME = 100;

/** What a room tells its host and moderators: the figures, once per tick, and what waits for a decision. */
export class RoomDesk {
  readonly #state: RoomState;
  readonly #ports: Pick<RoomPorts, 'desk' | 'push'>;
  readonly #presence = new RoomPresence();
  readonly #chat = new PerMinute();
  readonly #reactions = new PerMinute();
  #present: Presence = { viewers: 0, accounts: 0, guests: 0, desks: 0 };
  #countedAt = -Infinity;
  #peak = 0;
  #news: LiveDesk = {};
  #shown = '';

  constructor(state: RoomState, ports: Pick<RoomPorts, 'desk' | 'push'>) {
    this.#state = state;
    this.#ports = ports;
  }

  get viewers(): number {
    return this.#present.viewers;
  }

  onPresence(gateway: string, presence: NonNullable<RoomSum['presence']>, now: number): void {
    this.#presence.take(gateway, presence, now);
    this.#count(now);
  }

  onReactions(count: number, now: number): void {
    this.#reactions.add(count, now);
  }

  onPoke(): void {
    this.#countedAt = -Infinity;
  }

  onStored({
    shown,
    aside,
    reports,
  }: {
    shown: ChatLine[];
    aside: WaitingLine[];
    reports: WaitingReport[];
  }): void {
    const { showId } = this.#state.show;
    const last = shown.at(-1) ?? aside.at(-1)?.stored.line;
    if (last) this.#chat.add(shown.length + aside.length, last.at);
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
      ordersPerMinute: 0,
      orders: 0,
      units: 0,
      revenue: [],
      stock: [],
      held: 0,
      reports: 0,
      questions: 0,
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
