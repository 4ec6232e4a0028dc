import type { ReactionKind } from '#contracts';
import { LiveBudget } from '../lines/live-budget.ts';
import { applyAfter } from './after-effects.ts';
import type { Answer, Ask, RoomBrief, RoomSum } from './asks.ts';
import { giveOrder, type CommandAsk } from './give-order.ts';
import { RoomDesk } from '../figures/room-desk.ts';
import { Intake } from './intake.ts';
import { OrderBook } from './order-book.ts';
import { openRoom } from './open-room.ts';
import type { RoomPorts } from './owner-ports.ts';
import type { Fence } from './room-ports.ts';
import { RoomRules } from './room-rules.ts';
import type { RoomState } from './room-state.ts';
import { TickPace } from './tick-pace.ts';
import { FencedError, storeWaiting, takeInputs, type Settle, type TurnParts } from './room-turn.ts';

/** A quiet room still says every so often that it is there. */
const KEEPALIVE_MS = 15_000;
/** What came from other processes is looked for this often even when nobody said so. */
const INPUTS_EVERY_MS = 5_000;
const CHECKPOINT_EVERY_MS = 30_000;
/** Figures go on changing (per minute) while nothing happens. */
const DESK_EVERY_MS = 2_000;
const RETRY_MS = 500;
/** The owner before had at most one tick under way. */
const OPEN_ATTEMPTS = 3;

export interface RoomSettings {
  /** Lines a second that everybody gets; 0 shows all. */
  linesPerS: number;
}

/** Why an owner stopped. */
export type RoomEnd = 'fenced' | 'stopped';

/**
 * One show's owner: takes what people say and order, decides, orders it, stores it, publishes it as ticks. One loop
 * owns all state; whatever is asked waits for its next turn.
 */
export class Room {
  readonly #ports: RoomPorts;
  readonly #state: RoomState;
  readonly #intake: Intake;
  readonly #orders: OrderBook;
  readonly #desk: RoomDesk;
  readonly #rules: RoomRules;
  readonly #turn: TurnParts;
  readonly #pace: TickPace;
  readonly #onEnd: (why: RoomEnd) => void;
  #ended = false;
  #turning = false;
  #urgent = false;
  #inputsWait = true;
  #outOfStep = false;
  #takeover = true;
  #lastTickAt = 0;
  #lastInputsAt = 0;
  #lastTurnAt = 0;
  #lastCheckpointAt: number;
  #callOff: () => void = () => undefined;
  #idle: (() => void)[] = [];

  private constructor(
    state: RoomState,
    ports: RoomPorts,
    settings: RoomSettings,
    onEnd: (why: RoomEnd) => void,
  ) {
    const { timers, programme, store } = ports;
    this.#ports = ports;
    this.#state = state;
    this.#onEnd = onEnd;
    this.#lastCheckpointAt = timers.now();
    this.#pace = new TickPace(ports.tickMs);
    this.#desk = new RoomDesk(state, ports);
    this.#rules = new RoomRules(state, ports);
    const after = { state, ports, desk: this.#desk, rules: this.#rules };
    this.#intake = new Intake({
      memory: state.memory,
      show: () => state.show,
      pollOpen: (pollId) => (state.view.poll?.pollId === pollId ? state.view.poll.options.length : undefined),
      standing: (userId, strict) => ports.standing(state.show.shopId, userId, strict),
      programme,
      now: () => timers.now(),
      newId: ports.newId,
      onWaiting: () => this.#schedule(),
    });
    this.#turn = {
      state,
      intake: this.#intake,
      store,
      programme,
      budget: new LiveBudget(settings.linesPerS, timers.now(), ports.random),
      now: () => timers.now(),
      onStored: (stored) => this.#desk.onStored(stored),
      onAfter: (effects) => applyAfter(effects, after),
    };
    this.#orders = new OrderBook(this.#turn, ports);
  }

  /** Becomes the owner: fences the one before, goes on where it stopped, says so in a first tick. Undefined: somebody newer has it. */
  static async open(
    fence: Fence,
    ports: RoomPorts,
    settings: RoomSettings,
    options: { wanted: () => boolean; onEnd: (why: RoomEnd) => void },
  ): Promise<Room | undefined> {
    const opened = await openRoom(fence, ports);
    if (!opened) return undefined;
    const room = new Room(opened.state, ports, settings, options.onEnd);
    for (let attempt = 0; attempt < OPEN_ATTEMPTS && options.wanted(); attempt += 1) {
      if (await room.#publish(options.wanted)) {
        room.#schedule();
        return room;
      }
      if (!(await opened.align())) return undefined;
    }
    return undefined;
  }

  get showId(): string {
    return this.#state.fence.showId;
  }

  get generation(): number {
    return this.#state.fence.generation;
  }

  /** People in the room as last counted; decides how long an owner stays. */
  get viewers(): number {
    return this.#desk.viewers;
  }

  get shopId(): string {
    return this.#state.show.shopId;
  }

  get isOnAir(): boolean {
    return this.#state.show.state === 'live' || this.#state.show.state === 'paused';
  }

  ask(ask: Ask): Promise<Answer> | Answer {
    if (this.#ended) return { ok: false, code: 'moved' };
    switch (ask.ask) {
      case 'say':
        return this.#intake.say(ask);
      case 'vote':
        return this.#intake.vote(ask);
      case 'report':
        return this.#intake.report(ask);
      case 'command':
        return this.#order(ask);
      case 'snapshot':
        return this.#brief();
      case 'look':
        this.poke();
        return { ok: true };
    }
  }

  sum({ gateway, reactions, presence }: RoomSum): void {
    const now = this.#ports.timers.now();
    for (const [kind, count] of Object.entries(reactions ?? {})) {
      this.#state.ambient.react(kind as ReactionKind, count);
      this.#desk.onReactions(count, now);
    }
    if (presence) this.#desk.onPresence(gateway, presence, now);
    this.#schedule();
  }

  /** Something waits in the database. */
  poke(): void {
    this.#inputsWait = true;
    this.#urgent = true;
    this.#desk.onPoke();
    this.#schedule();
  }

  /** Who may what changed outside of this room. */
  refreshRules(): void {
    this.#rules.want();
    this.#urgent = true;
    this.#schedule();
  }

  /** Publishes what waits, keeps the view and lets go. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    if (this.#turning) await new Promise<void>((resolve) => this.#idle.push(resolve));
    if (this.#ended) return;
    await this.#runTurn();
    const { store } = this.#ports;
    await store.checkpoint(this.#state.fence, this.#state.view).catch(() => undefined);
    this.end('stopped');
  }

  /** Lets go at once: everything that waits is asked of the next owner. */
  end(why: RoomEnd): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#callOff();
    this.#intake.refuseAll({ ok: false, code: 'moved' });
    this.#orders.refuseAll({ ok: false, code: 'moved' });
    this.#onEnd(why);
  }

  #order(ask: CommandAsk): Promise<Answer> {
    return giveOrder(ask, {
      showId: this.showId,
      memory: this.#state.memory,
      ports: this.#ports,
      queue: (order) => this.#queueOrder(order),
    });
  }

  #queueOrder({ id, actor, command }: CommandAsk): Promise<Answer> {
    return new Promise((settle) => {
      if (!this.#orders.add({ id, actor, command, settle })) {
        return settle({ ok: false, code: 'unavailable', retryAfterMs: 1_000 });
      }
      this.#urgent = true;
      this.#schedule();
    });
  }

  #brief(): RoomBrief {
    const { view, show, memory } = this.#state;
    const roles = [...memory.roles].map(([userId, rights]) => ({ userId, rights }));
    const { streamSeq } = this.#state;
    return {
      ok: true,
      view,
      streamSeq,
      owner: this.#ports.ownerId,
      show,
      sanctions: memory.sanctions,
      roles,
    };
  }

  /** Sets the timer for the next turn: at once for what is urgent, else when the next tick is due. */
  #schedule(): void {
    if (this.#turning || this.#ended) return;
    this.#callOff();
    const now = this.#ports.timers.now();
    this.#callOff = this.#ports.timers.after(Math.max(0, this.#nextTurnAt(now) - now), () => {
      void this.#runTurn();
    });
  }

  #nextTurnAt(now: number): number {
    if (this.#urgent) return now;
    const tickAt = this.#lastTickAt + this.#pace.ms;
    if (this.#intake.waiting > 0 || this.#state.hasReady || this.#state.ambient.isDue(tickAt)) return tickAt;
    const pollEndsAt = this.#state.view.poll?.endsAt ?? Infinity;
    const deskAt = this.#desk.isOpen ? this.#lastTurnAt + DESK_EVERY_MS : Infinity;
    return Math.min(
      this.#lastTickAt + KEEPALIVE_MS,
      this.#lastInputsAt + INPUTS_EVERY_MS,
      pollEndsAt,
      deskAt,
    );
  }

  async #runTurn(): Promise<void> {
    if (this.#turning || this.#ended) return;
    this.#turning = true;
    this.#urgent = false;
    this.#lastTurnAt = this.#ports.timers.now();
    try {
      await this.#oneTurn();
    } catch (error) {
      if (error instanceof FencedError) this.end('fenced');
      else {
        this.#outOfStep = true;
        this.#lastTickAt = this.#ports.timers.now() + RETRY_MS;
        this.#ports.warn(error, 'a turn of the room failed; it is tried again');
      }
    } finally {
      this.#turning = false;
      for (const resolve of this.#idle.splice(0)) resolve();
      this.#schedule();
    }
  }

  async #oneTurn(): Promise<void> {
    const { timers } = this.#ports;
    const settles: Settle[] = [];
    try {
      if (this.#outOfStep) await this.#getInStep();
      settles.push(...(await this.#orders.carryOutOne(timers.now())));
      if (this.#inputsWait || timers.now() - this.#lastInputsAt >= INPUTS_EVERY_MS) {
        this.#inputsWait = (await takeInputs(this.#turn)).more;
        this.#lastInputsAt = timers.now();
      }
      settles.push(...(await storeWaiting(this.#turn)));
    } finally {
      await this.#publishReady(settles);
    }
    if (this.#orders.waiting > 0 || this.#inputsWait) this.#urgent = true;
    await this.#keepUp(timers.now());
    this.#desk.publish(timers.now());
  }

  /** What is done now and then: the view is kept, the figures are stored, the rules are read anew. */
  async #keepUp(now: number): Promise<void> {
    const { store } = this.#ports;
    this.#pace.adapt(Math.max(this.#ports.busy(), this.#desk.busy), this.#desk.viewers, now);
    if (now - this.#lastCheckpointAt >= CHECKPOINT_EVERY_MS) {
      this.#lastCheckpointAt = now;
      await store.checkpoint(this.#state.fence, this.#state.view);
    }
    await this.#desk.keepUp(now);
    if (this.#rules.isDue(now)) await this.#readRules();
  }

  /** A show that was deleted ends its room: whoever asks for it next is told so. */
  async #readRules(): Promise<void> {
    if (!(await this.#rules.read())) this.end('stopped');
  }

  /** Answers go out once the stream has what they speak of. */
  async #publishReady(settles: readonly Settle[]): Promise<void> {
    const { timers } = this.#ports;
    const now = timers.now();
    const due =
      this.#state.hasReady || this.#state.ambient.isDue(now) || now - this.#lastTickAt >= KEEPALIVE_MS;
    while (due && !this.#ended) {
      if (!(await this.#publish(() => !this.#ended))) {
        for (const { settle } of settles) settle({ ok: false, code: 'moved' });
        throw new FencedError('the stream has a newer owner');
      }
      if (!this.#state.hasReady) break;
    }
    for (const { settle, answer } of settles) settle(answer);
  }

  async #publish(wanted: () => boolean): Promise<boolean> {
    const { timers, programme, ticks } = this.#ports;
    const now = timers.now();
    const out = this.#state.nextTick(now, programme.at(this.showId, now), this.#takeover);
    const { generation } = this.#state.fence;
    const published = await ticks.publish(this.showId, { ...out, generation }, this.#state.streamSeq, wanted);
    if (!published.ok) return false;
    this.#takeover = false;
    this.#state.published(out, published.streamSeq);
    // From one turn's beginning to the next, however long storing and publishing took.
    this.#lastTickAt = this.#turning ? this.#lastTurnAt : now;
    return true;
  }

  /** After a transaction whose end is unknown, the store says what is stored. */
  async #getInStep(): Promise<void> {
    const { store } = this.#ports;
    const { marks } = this.#state;
    const stored = await store.unpublished(this.showId, marks.log, marks.line);
    this.#state.ready = { entries: stored.entries, lines: stored.lines };
    this.#state.logSeq = Math.max(this.#state.logSeq, stored.logSeq);
    this.#state.lineSeq = Math.max(this.#state.lineSeq, stored.lineSeq);
    await this.#readRules();
    this.#outOfStep = false;
  }
}
