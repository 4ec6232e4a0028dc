import type {
  ChatLine,
  EventEnvelope,
  LogEntry,
  Poll,
  ProductFacts,
  RoomModes,
  SaleState,
  ShowFacts,
} from '#contracts';
import type {
  AuditRow,
  CommandRow,
  Fence,
  LineState,
  MinuteFigures,
  NewReport,
  RepeatedLine,
  RoomInput,
  RoomNews,
  RoomStart,
  RoomStore,
  RoomTransaction,
  Sanction,
  Standing,
  StoredFigures,
  StoredLine,
  Unpublished,
} from '../../src/rooms/room-ports.ts';
import { applyEntry, emptyView, OPEN_MODES, type RoomView } from '../../src/rooms/room-view.ts';

interface Rows {
  entries: (LogEntry & { commandId?: string })[];
  commands: CommandRow[];
  lines: StoredLine[];
  inputs: RoomInput[];
  sanctions: Sanction[];
  modes: RoomModes | undefined;
  polls: { poll: Poll; open: boolean }[];
  votes: { pollId: string; userId: string; choice: number }[];
  audit: (AuditRow & { at: number })[];
  events: EventEnvelope[];
}

/** What may go wrong with the next transaction. */
export type Fault = 'before' | 'after' | undefined;

/**
 * One room's store in memory, with PostgreSQL's behaviour where it matters: a transaction is all or nothing, conditional
 * on the owner's generation, and its end may stay unknown to the caller.
 */
export class MemoryStore implements RoomStore {
  readonly show: ShowFacts;
  generation = 0;
  epoch = '';
  rows: Rows = {
    entries: [],
    commands: [],
    lines: [],
    inputs: [],
    sanctions: [],
    modes: undefined,
    polls: [],
    votes: [],
    audit: [],
    events: [],
  };
  products = new Map<string, ProductFacts>();
  productIds: string[] = [];
  buyers = new Set<string>();
  /** Decides what happens to each transaction. */
  fault: () => Fault = () => undefined;
  /** Delay of each round trip. */
  latency: () => Promise<void> = async () => undefined;
  #lock: Promise<unknown> = Promise.resolve();

  constructor(show: ShowFacts) {
    this.show = show;
  }

  async generationOf(showId: string): Promise<number | undefined> {
    return showId === this.show.showId ? this.generation : undefined;
  }

  async takeOver(fence: Fence, epoch: string): Promise<(RoomStart & { epoch: string }) | undefined> {
    await this.latency();
    return this.#exclusively(async () => {
      if (fence.generation <= this.generation) return undefined;
      this.generation = fence.generation;
      this.epoch ||= epoch;
      const { showId, shopId, hostId, title, state } = this.show;
      const view: RoomView = emptyView(showId, this.epoch, { state, title, shopId, hostId });
      for (const entry of this.rows.entries) applyEntry(view, structuredClone(entry));
      view.modes = this.rows.modes ?? { ...OPEN_MODES, guestsMayWrite: true };
      view.lines = this.rows.lines
        .filter(({ state: lineState, unseen }) => lineState === 'shown' && !unseen)
        .toSorted((a, b) => a.line.seq - b.line.seq)
        .slice(-100)
        .map(({ line }) => structuredClone(line));
      return {
        epoch: this.epoch,
        view,
        show: this.show,
        logSeq: this.rows.entries.at(-1)?.seq ?? 0,
        lineSeq: Math.max(0, ...this.rows.lines.map(({ line }) => line.seq)),
        sanctions: structuredClone(this.rows.sanctions),
        roles: [],
        words: [],
        recent: structuredClone(this.rows.lines),
      };
    });
  }

  async setEpoch(fence: Fence, epoch: string): Promise<boolean> {
    if (fence.generation !== this.generation) return false;
    this.epoch = epoch;
    return true;
  }

  async unpublished(_showId: string, log: number, line: number): Promise<Unpublished> {
    await this.latency();
    const above = this.rows.lines
      .filter((stored) => stored.line.seq > line)
      .toSorted((a, b) => a.line.seq - b.line.seq);
    return {
      entries: structuredClone(this.rows.entries.filter(({ seq }) => seq > log)),
      lines: structuredClone(
        above.filter(({ state, unseen }) => state === 'shown' && !unseen).map((stored) => stored.line),
      ),
      logSeq: Math.max(log, this.rows.entries.at(-1)?.seq ?? 0),
      lineSeq: Math.max(line, above.at(-1)?.line.seq ?? 0),
    };
  }

  async transact<T>(
    fence: Fence,
    work: (tx: RoomTransaction) => Promise<T>,
  ): Promise<{ value: T } | undefined> {
    await this.latency();
    const fault = this.fault();
    if (fault === 'before') throw new Error('the connection was lost before the transaction began');
    const result = await this.#exclusively(async () => {
      if (fence.generation !== this.generation) return undefined;
      const draft = structuredClone(this.rows);
      const value = await work(new MemoryTransaction(draft, this));
      this.rows = draft;
      return { value };
    });
    await this.latency();
    if (fault === 'after') throw new Error('the connection was lost before the answer came');
    return result;
  }

  async checkpoint(): Promise<void> {}

  async addFigures(_showId: string, _minute: number, _figures: MinuteFigures): Promise<void> {}

  async figures(): Promise<StoredFigures> {
    return { ordersLastMinute: 0, orders: 0, units: 0, revenue: [], held: 0, reports: 0, questions: 0 };
  }

  async standing(_shopId: string, userId: string): Promise<Standing> {
    return { buyer: this.buyers.has(userId), showsBadge: false, followsSince: null };
  }

  async policy(): Promise<Pick<RoomStart, 'show' | 'sanctions' | 'roles' | 'words'>> {
    return { show: this.show, sanctions: structuredClone(this.rows.sanctions), roles: [], words: [] };
  }

  leaveInput(id: string, news: RoomNews): void {
    this.rows.inputs.push({ ...news, id });
  }

  /** Transactions of one room wait for each other, as the row lock makes them. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#lock.then(work, work);
    this.#lock = turn.catch(() => undefined);
    return turn;
  }
}

class MemoryTransaction implements RoomTransaction {
  readonly #rows: Rows;
  readonly #store: MemoryStore;

  constructor(rows: Rows, store: MemoryStore) {
    this.#rows = rows;
    this.#store = store;
  }

  async findCommand(id: string): Promise<CommandRow | undefined> {
    return this.#rows.commands.find((row) => row.id === id);
  }

  async addCommand(row: CommandRow): Promise<void> {
    if (await this.findCommand(row.id)) throw new Error('command id is taken');
    this.#rows.commands.push(row);
  }

  async addEntries(entries: readonly (LogEntry & { commandId?: string })[]): Promise<void> {
    for (const entry of entries) {
      if (entry.seq !== (this.#rows.entries.at(-1)?.seq ?? 0) + 1)
        throw new Error('the log has a gap or a double');
      this.#rows.entries.push(structuredClone(entry));
    }
  }

  async inputs(limit: number): Promise<RoomInput[]> {
    return this.#rows.inputs.slice(0, limit);
  }

  async removeInputs(ids: readonly string[]): Promise<void> {
    this.#rows.inputs = this.#rows.inputs.filter(({ id }) => !ids.includes(id));
  }

  async addLines(lines: readonly StoredLine[]): Promise<RepeatedLine[]> {
    const repeated: RepeatedLine[] = [];
    for (const stored of lines) {
      const { author, key, seq } = stored.line;
      const known = this.#rows.lines.find(({ line }) => line.author.id === author.id && line.key === key);
      if (known) {
        repeated.push({
          authorId: author.id,
          key,
          lineId: known.line.id,
          seq: known.line.seq,
          state: known.state,
        });
        continue;
      }
      if (this.#rows.lines.some(({ line }) => line.seq === seq)) throw new Error('line position is taken');
      this.#rows.lines.push(structuredClone(stored));
    }
    return repeated;
  }

  async lines(ids: readonly string[]): Promise<StoredLine[]> {
    return structuredClone(this.#rows.lines.filter(({ line }) => ids.includes(line.id)));
  }

  async setLines(ids: readonly string[], state: LineState): Promise<void> {
    for (const stored of this.#rows.lines) if (ids.includes(stored.line.id)) stored.state = state;
  }

  async clearLines(userId: string, since: number): Promise<string[]> {
    const gone = this.#rows.lines.filter(
      ({ line, state }) => line.author.id === userId && line.at >= since && state !== 'deleted',
    );
    for (const stored of gone) stored.state = 'deleted';
    return gone.map(({ line }) => line.id);
  }

  async releaseLine(id: string, seq: number): Promise<ChatLine | undefined> {
    const stored = this.#rows.lines.find(({ line, state }) => line.id === id && state === 'held');
    if (!stored) return undefined;
    stored.state = 'shown';
    stored.line = { ...stored.line, seq };
    return structuredClone(stored.line);
  }

  async product(id: string): Promise<ProductFacts | undefined> {
    return this.#store.products.get(id);
  }

  async lineUp(): Promise<string[]> {
    return this.#store.productIds;
  }

  async sale(): Promise<SaleState | undefined> {
    return undefined;
  }

  async addSanction(sanction: Sanction): Promise<void> {
    await this.liftSanctions(sanction.userId);
    const { userId, kind, until, reason } = sanction;
    this.#rows.sanctions.push({ userId, kind, until, reason });
  }

  async liftSanctions(userId: string): Promise<boolean> {
    const before = this.#rows.sanctions.length;
    this.#rows.sanctions = this.#rows.sanctions.filter((sanction) => sanction.userId !== userId);
    return this.#rows.sanctions.length < before;
  }

  async openPoll(poll: Poll): Promise<void> {
    this.#rows.polls.push({ poll, open: true });
  }

  async closePoll(pollId: string): Promise<number[] | undefined> {
    const found = this.#rows.polls.find(({ poll, open }) => open && poll.pollId === pollId);
    if (!found) return undefined;
    found.open = false;
    return found.poll.options.map(
      (_, choice) =>
        this.#rows.votes.filter((vote) => vote.pollId === pollId && vote.choice === choice).length,
    );
  }

  async addVotes(pollId: string, votes: readonly { userId: string; choice: number }[]): Promise<string[]> {
    const before: string[] = [];
    for (const { userId, choice } of votes) {
      if (this.#rows.votes.some((vote) => vote.pollId === pollId && vote.userId === userId))
        before.push(userId);
      else this.#rows.votes.push({ pollId, userId, choice });
    }
    return before;
  }

  async addReports(reports: readonly NewReport[]): Promise<string[]> {
    return reports.map(({ id }) => id);
  }

  async setModes(modes: RoomModes): Promise<void> {
    this.#rows.modes = modes;
  }

  async audit(row: AuditRow & { at: number }): Promise<void> {
    this.#rows.audit.push(row);
  }

  async publish(events: readonly EventEnvelope[]): Promise<void> {
    this.#rows.events.push(...events);
  }
}
