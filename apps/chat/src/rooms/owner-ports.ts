import type { HostCommand, LiveDesk, LivePush } from '#contracts';
import type { Actor } from './actor.ts';
import type { PolicyChange, Refused } from './asks.ts';
import type { ProgrammeClock, RoomStore, Standing, TickStream, Timers } from './room-ports.ts';

/** What a room's owner needs of the world around it. */
export interface RoomPorts {
  /** The process that this owner lives in. */
  ownerId: string;
  store: RoomStore;
  ticks: TickStream;
  programme: ProgrammeClock;
  timers: Timers;
  newId(): string;
  random(): number;
  /** Gives a sale command to checkout, which decides. */
  forwardSale(
    command: HostCommand,
    commandId: string,
    actor: Actor,
    showId: string,
  ): Promise<{ ok: true } | Refused>;
  /** `strict`: a decision hangs on it, so it may be a second old at most. */
  standing(shopId: string, userId: string, strict: boolean): Promise<Standing>;
  /** Asks catalog for what a command spoke of and nobody has heard of yet; true when there was something new. */
  askCatalog(showId: string, productId: string | undefined): Promise<boolean>;
  /** Asks checkout for a sale that a command spoke of and no event has told of yet; true when it is known now. */
  askCheckout(saleId: string): Promise<boolean>;
  /** To everybody's gateways: a person's sockets, the desks of the room, its rules of entry. */
  push(userId: string, push: LivePush): void;
  desk(showId: string, desk: LiveDesk): void;
  policyChanged(showId: string, change: PolicyChange): void;
  /** To the owners of the shop's other rooms. */
  rulesChanged(shopId: string): void;
  /** Milliseconds between ticks of a room that is not large, while nobody is too busy. */
  tickMs: number;
  /** The share of its time, 0 to 1, that this process worked of late. */
  busy(): number;
  warn(error: unknown, message: string): void;
}
