import { hash } from 'node:crypto';

/** Registers of the estimate: 4,096 give a standard error of 1.6% (Flajolet et al., 2007). */
const REGISTER_BITS = 12;
const REGISTERS = 2 ** REGISTER_BITS;
const ALPHA = 0.7213 / (1 + 1.079 / REGISTERS);
/** Up to here people are counted exactly, by 64-bit fingerprints. */
const MOST_EXACT = 1_000;

/** 64 bits of a person's id: enough to tell people apart, too little to tell who they are. */
export function fingerprintOf(id: string): string {
  return hash('sha256', id, 'hex').slice(0, 16);
}

/**
 * How many different people: exact for small rooms, an estimate beyond, always a bounded number of bytes. Sets of
 * several gateways can be joined, so that a person on two of them counts once.
 */
export class PeopleSet {
  #exact: Set<string> | undefined = new Set();
  #registers: Uint8Array | undefined;

  add(fingerprint: string): void {
    this.#addFingerprint(fingerprint);
  }

  join(other: PeopleSet): void {
    if (other.#exact) for (const fingerprint of other.#exact) this.#addFingerprint(fingerprint);
    if (!other.#registers) return;
    const registers = this.#toRegisters();
    for (const [index, rank] of other.#registers.entries()) {
      if (rank > (registers[index] ?? 0)) registers[index] = rank;
    }
  }

  get count(): number {
    if (this.#exact) return this.#exact.size;
    const registers = this.#toRegisters();
    let sum = 0;
    let empty = 0;
    for (const rank of registers) {
      sum += 2 ** -rank;
      if (rank === 0) empty += 1;
    }
    const raw = (ALPHA * REGISTERS * REGISTERS) / sum;
    const small = raw <= 2.5 * REGISTERS && empty > 0;
    return Math.round(small ? REGISTERS * Math.log(REGISTERS / empty) : raw);
  }

  /** `x` and fingerprints, or `h` and registers. */
  encode(): string {
    if (this.#exact) return `x${[...this.#exact].join('')}`;
    return `h${Buffer.from(this.#toRegisters()).toString('base64')}`;
  }

  /** Reads what `encode` wrote; anything else gives an empty set. */
  static decode(text: string): PeopleSet {
    const set = new PeopleSet();
    if (text.startsWith('x') && text.length <= 1 + MOST_EXACT * 16) {
      for (let at = 1; at + 16 <= text.length; at += 16) set.#addFingerprint(text.slice(at, at + 16));
    } else if (text.startsWith('h')) {
      const registers = Buffer.from(text.slice(1), 'base64');
      if (registers.length === REGISTERS) {
        set.#exact = undefined;
        set.#registers = new Uint8Array(registers);
      }
    }
    return set;
  }

  #addFingerprint(fingerprint: string): void {
    if (this.#exact) {
      this.#exact.add(fingerprint);
      if (this.#exact.size > MOST_EXACT) this.#toRegisters();
      return;
    }
    count(this.#toRegisters(), fingerprint);
  }

  #toRegisters(): Uint8Array {
    if (this.#registers) return this.#registers;
    const registers = new Uint8Array(REGISTERS);
    for (const fingerprint of this.#exact ?? []) count(registers, fingerprint);
    this.#exact = undefined;
    this.#registers = registers;
    return registers;
  }
}

function count(registers: Uint8Array, fingerprint: string): void {
  const high = Number.parseInt(fingerprint.slice(0, 8), 16);
  const low = Number.parseInt(fingerprint.slice(8), 16);
  const index = high >>> (32 - REGISTER_BITS);
  const rest = (high << REGISTER_BITS) >>> 0;
  const rank = rest === 0 ? 32 - REGISTER_BITS + Math.clz32(low) + 1 : Math.clz32(rest) + 1;
  if (rank > (registers[index] ?? 0)) registers[index] = rank;
}
