import type { HostCommand } from '#contracts';
import type { Actor } from './actor.ts';
import type { Answer } from './asks.ts';
import { carryOut } from './commands/carry-out.ts';
import type { CommandContext, CommandEffect } from './commands/command.ts';
import { eventsOf } from './command-events.ts';
import { inOwnTransaction, placeEntries, type Settle, type TurnParts } from './room-turn.ts';
import type { RoomTransaction } from './room-ports.ts';

/** Commands that wait; a host cannot press faster than this. */
const MOST_WAITING = 200;

export interface WaitingCommand {
  id: string;
  /** Undefined for what the room does by itself (a poll whose time is up). */
  actor: Actor | undefined;
  command: HostCommand;
  settle(answer: Answer): void;
}

/** What one command's transaction came to. */
type Outcome =
  | { kind: 'done'; effect: CommandEffect; placed: ReturnType<typeof placeEntries>; seq: number | null }
  | { kind: 'repeated'; seq: number | null }
  | { kind: 'refused'; answer: Answer };

/** Commands of host and moderators: one at a time, each with its effects, log entries and audit row in one transaction. */
export class OrderBook {
  readonly #parts: TurnParts;
  readonly #newId: () => string;
  #waiting: WaitingCommand[] = [];

  constructor(parts: TurnParts, { newId }: { newId: () => string }) {
    this.#parts = parts;
    this.#newId = newId;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  add(command: WaitingCommand): boolean {
    if (this.#waiting.length >= MOST_WAITING) return false;
    this.#waiting.push(command);
    return true;
  }

  refuseAll(answer: Answer): void {
    for (const { settle } of this.#waiting.splice(0)) settle(answer);
  }

  /** Carries out the next command, once everything before it is published, so that it decides on what people see. */
  async carryOutOne(now: number): Promise<Settle[]> {
    const { state, onAfter } = this.#parts;
    const { poll } = state.view;
    if (
      poll?.endsAt &&
      poll.endsAt <= now &&
      this.#waiting.every(({ command }) => command.type !== 'close_poll')
    ) {
      this.#waiting.unshift(this.#closing(poll.pollId));
    }
    if (state.ready.entries.length > 0) return [];
    const waiting = this.#waiting.shift();
    if (!waiting) return [];
    let outcome: Outcome;
    try {
      outcome = await inOwnTransaction(this.#parts, (tx) => this.#transaction(tx, waiting, now));
    } catch (error) {
      this.#waiting.unshift(waiting);
      throw error;
    }
    if (outcome.kind === 'refused') return [{ settle: waiting.settle, answer: outcome.answer }];
    if (outcome.kind === 'done') {
      state.logSeq += outcome.placed.length;
      state.ready.entries.push(...outcome.placed);
      onAfter(outcome.effect.after ?? []);
    }
    const answer = { ok: true as const, seq: outcome.seq, repeated: outcome.kind === 'repeated' };
    return [{ settle: waiting.settle, answer }];
  }

  async #transaction(tx: RoomTransaction, waiting: WaitingCommand, now: number): Promise<Outcome> {
    const { id, actor, command } = waiting;
    const known = await tx.findCommand(id);
    if (known) {
      // The id of somebody else's command, or of another kind, is not a repeat: it tells nothing and does nothing.
      const same = known.actorId === (actor?.userId ?? ROOM_ACTOR_ID) && known.type === command.type;
      return same
        ? { kind: 'repeated', seq: known.outcome.seq }
        : { kind: 'refused', answer: { ok: false, code: 'idempotency_key_reused' } };
    }
    const by = actor ?? ROOM_ACTOR;
    const effect = await carryOut(command, this.#context(tx, by, now));
    if ('ok' in effect) {
      await tx.audit({ ...whoAndWhat(by, command), at: now, details: { refused: effect.code } });
      return { kind: 'refused', answer: effect };
    }
    const placed = placeEntries(effect.entries, this.#parts, now);
    const seq = placed[0]?.seq ?? null;
    await tx.addCommand({ id, actorId: by.userId, type: command.type, outcome: { seq } });
    await tx.addEntries(placed.map((entry, index) => (index === 0 ? { ...entry, commandId: id } : entry)));
    await tx.audit({ ...whoAndWhat(by, command), ...effect.audit, at: now });
    await tx.publish(
      eventsOf({ command, placed, show: this.#parts.state.show, by, now, audit: effect.audit }),
    );
    return { kind: 'done', effect, placed, seq };
  }

  #context(tx: RoomTransaction, actor: Actor, now: number): CommandContext {
    const { state } = this.#parts;
    return {
      tx,
      show: state.show,
      view: state.view,
      memory: state.memory,
      actor,
      now,
      newId: this.#newId,
      nextLineSeq: () => state.lineSeq + 1,
    };
  }

  #closing(pollId: string): WaitingCommand {
    return {
      id: this.#newId(),
      actor: undefined,
      command: { type: 'close_poll', pollId },
      settle: () => undefined,
    };
  }
}

/** The room itself, in the audit of what it does by the clock. */
const ROOM_ACTOR_ID = '00000000-0000-7000-8000-000000000000';
const ROOM_ACTOR: Actor = {
  userId: ROOM_ACTOR_ID,
  name: 'Room',
  guest: false,
  role: null,
  platform: null,
  sessionId: ROOM_ACTOR_ID,
};

function whoAndWhat(actor: Actor, command: HostCommand): { actorId: string; actorName: string; act: string } {
  return { actorId: actor.userId, actorName: actor.name, act: command.type };
}
