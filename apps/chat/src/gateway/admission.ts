import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Of what is turned away, this share of the admitted rate is told so over a socket; a socket costs most of what a viewer does. */
const TOLD_SHARE = 0.25;
/** Who is turned away comes back at some moment of this span, so that a wave does not stay a wave. */
const RETRY_LEAST_MS = 2_000;
const RETRY_SPREAD_MS = 8_000;

/** `in`: welcome. `told`: let in to be told when to come back. `shut`: refused before it costs a socket. */
export type Admitted = 'in' | 'told' | 'shut';

export interface AdmissionParts {
  /** Connections a second that this process takes; as many may come at once. */
  perS: number;
  /** Connections that it holds. */
  most: number;
  open(): number;
  now(): number;
  random(): number;
}

/** The door of a gateway: more connections than it can greet are told to come back later, and a flood is not even greeted. */
export class Admission {
  readonly #parts: AdmissionParts;
  readonly #welcome: Allowance;
  readonly #told: Allowance;
  readonly #retries = new WeakMap<IncomingMessage, number>();

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
    this.#welcome = new Allowance(parts.perS, parts.now());
    this.#told = new Allowance(Math.max(1, parts.perS * TOLD_SHARE), parts.now());
  }

  admit(request: IncomingMessage): Admitted {
    const now = this.#parts.now();
    if (this.#parts.open() < this.#parts.most && this.#welcome.take(now)) return 'in';
    if (!this.#told.take(now)) return 'shut';
    this.#retries.set(request, this.#retryAfterMs());
    return 'told';
  }

  /** When a connection that was let in only to be told may come back; undefined for one that is welcome. */
  retryAfterMs(request: IncomingMessage): number | undefined {
    return this.#retries.get(request);
  }

  /** Answers a connection that is shut out, at the cost of one packet. */
  refuse(connection: Duplex): void {
    const seconds = Math.ceil(this.#retryAfterMs() / 1_000);
    connection.end(
      `HTTP/1.1 503 Service Unavailable\r\nRetry-After: ${seconds}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
  }

  #retryAfterMs(): number {
    return Math.round(RETRY_LEAST_MS + this.#parts.random() * RETRY_SPREAD_MS);
  }
}

/** So many a second, with a second's worth at once. */
class Allowance {
  readonly #perS: number;
  #left: number;
  #at: number;

  constructor(perS: number, now: number) {
    this.#perS = perS;
    this.#left = perS;
    this.#at = now;
  }

  take(now: number): boolean {
    const earned = (Math.max(0, now - this.#at) / 1_000) * this.#perS;
    this.#left = Math.min(this.#perS, this.#left + earned);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
