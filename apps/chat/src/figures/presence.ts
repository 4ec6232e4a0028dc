import type { RoomSum } from '../rooms/asks.ts';
import { PeopleSet } from './viewers.ts';

/** A gateway that was not heard of for this long is gone, and its viewers with it. */
const GATEWAY_GONE_MS = 10_000;
const MOST_GATEWAYS = 200;

export interface Presence {
  viewers: number;
  accounts: number;
  guests: number;
  desks: number;
  /** How much of its time the busiest gateway of the room works. */
  busy: number;
}

interface Report {
  accounts: PeopleSet;
  guests: PeopleSet;
  unnamed: number;
  desks: number;
  busy: number;
  at: number;
}

/** Who watches a room, over all gateways: each account and each guest once, plus connections that have neither. */
export class RoomPresence {
  readonly #reports = new Map<string, Report>();

  take(gateway: string, presence: NonNullable<RoomSum['presence']>, at: number): void {
    if (!this.#reports.has(gateway) && this.#reports.size >= MOST_GATEWAYS) return;
    this.#reports.set(gateway, {
      accounts: PeopleSet.decode(presence.accounts),
      guests: PeopleSet.decode(presence.guests),
      unnamed: presence.unnamed,
      desks: presence.desks,
      busy: presence.busy,
      at,
    });
  }

  count(now: number): Presence {
    const accounts = new PeopleSet();
    const guests = new PeopleSet();
    let unnamed = 0;
    let desks = 0;
    let busy = 0;
    for (const [gateway, report] of this.#reports) {
      if (report.at < now - GATEWAY_GONE_MS) {
        this.#reports.delete(gateway);
        continue;
      }
      accounts.join(report.accounts);
      guests.join(report.guests);
      unnamed += report.unnamed;
      desks += report.desks;
      busy = Math.max(busy, report.busy);
    }
    const known = { accounts: accounts.count, guests: guests.count };
    return { ...known, viewers: known.accounts + known.guests + unnamed, desks, busy };
  }
}
