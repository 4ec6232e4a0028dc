import type { RoomSum } from '../rooms/asks.ts';
import { PeopleSet } from './viewers.ts';

/** Connections without account and guest session that one address may add to the number of viewers. */
const UNNAMED_PER_ADDRESS = 10;

/** Somebody who watches, as one gateway knows them. */
export interface Viewer {
  /** Fingerprint of an account or guest, or null. */
  person: string | null;
  guest: boolean;
  address: string;
}

/** Who watches one room at this gateway, kept up with each join and leave so that telling it costs little. */
export class Audience {
  readonly #accounts = new Map<string, number>();
  readonly #guests = new Map<string, number>();
  readonly #addresses = new Map<string, number>();

  add(viewer: Viewer): void {
    change(this.#mapOf(viewer), viewer.person ?? viewer.address, 1);
  }

  remove(viewer: Viewer): void {
    change(this.#mapOf(viewer), viewer.person ?? viewer.address, -1);
  }

  /** What the owner is told. */
  report(desks: number, busy = 0): NonNullable<RoomSum['presence']> {
    let unnamed = 0;
    for (const connections of this.#addresses.values()) unnamed += Math.min(connections, UNNAMED_PER_ADDRESS);
    return { accounts: encode(this.#accounts), guests: encode(this.#guests), unnamed, desks, busy };
  }

  #mapOf({ person, guest }: Viewer): Map<string, number> {
    if (person === null) return this.#addresses;
    return guest ? this.#guests : this.#accounts;
  }
}

function change(map: Map<string, number>, key: string, by: number): void {
  const count = (map.get(key) ?? 0) + by;
  if (count > 0) map.set(key, count);
  else map.delete(key);
}

function encode(people: Map<string, number>): string {
  const set = new PeopleSet();
  for (const fingerprint of people.keys()) set.add(fingerprint);
  return set.encode();
}
