import type { CloseReason, LivePush } from '#contracts';
import type { Client } from './client.ts';

/** Connections of one account (tabs, phone, desk) and of one address (an office behind one router). */
export const MOST_PER_ACCOUNT = 20;
export const MOST_PER_ADDRESS = 2_000;
/** A client hears that its token ends this long before. */
const TOKEN_WARNING_MS = 60_000;
const SWEEP_MS = 1_000;
/** A drain takes this long for a full gateway; small ones are quicker. */
const LEAST_PER_STEP = 100;
const STEP_MS = 1_000;
const COME_BACK_MS = 500;

/** Hears and forgets what is sent to one account, over all gateways. */
export type Follow = (userId: string, onPush: (push: LivePush) => void) => () => void;

/** All sockets of this process, by account and by address. */
export class Clients {
  readonly #follow: Follow;
  readonly #now: () => number;
  readonly #all = new Set<Client>();
  readonly #byUser = new Map<string, { clients: Set<Client>; unfollow(): void }>();
  readonly #byAddress = new Map<string, number>();
  readonly #sweep: NodeJS.Timeout;

  constructor(follow: Follow, now: () => number) {
    this.#follow = follow;
    this.#now = now;
    this.#sweep = setInterval(() => this.endTokens(), SWEEP_MS).unref();
  }

  get size(): number {
    return this.#all.size;
  }

  add(client: Client): boolean {
    this.#all.add(client);
    const count = (this.#byAddress.get(client.address) ?? 0) + 1;
    this.#byAddress.set(client.address, count);
    return count <= MOST_PER_ADDRESS;
  }

  /** The client's identity is known now, or another than before. */
  identify(client: Client): boolean {
    const userId = client.identity?.userId;
    if (!userId) return true;
    let known = this.#byUser.get(userId);
    if (!known) {
      const clients = new Set<Client>();
      const unfollow = this.#follow(userId, (push) => {
        for (const { socket } of clients) socket.emit('push', push);
      });
      known = { clients, unfollow };
      this.#byUser.set(userId, known);
    }
    known.clients.add(client);
    return known.clients.size <= MOST_PER_ACCOUNT;
  }

  remove(client: Client): void {
    if (!this.#all.delete(client)) return;
    const count = (this.#byAddress.get(client.address) ?? 1) - 1;
    if (count > 0) this.#byAddress.set(client.address, count);
    else this.#byAddress.delete(client.address);
    this.forgetIdentity(client);
  }

  forgetIdentity(client: Client): void {
    const userId = client.identity?.userId;
    const known = userId ? this.#byUser.get(userId) : undefined;
    if (!userId || !known?.clients.delete(client) || known.clients.size > 0) return;
    known.unfollow();
    this.#byUser.delete(userId);
  }

  /** Closes what belongs to an account, or to one of its sessions. */
  closeUser(userId: string, reason: CloseReason, sessionId?: string): void {
    for (const client of this.#byUser.get(userId)?.clients ?? []) {
      if (!sessionId || client.identity?.sessionId === sessionId) client.close(reason);
    }
  }

  /** Warns those whose token ends soon and closes those whose token has ended. */
  endTokens(): void {
    const now = this.#now();
    for (const { clients } of this.#byUser.values()) {
      for (const client of clients) {
        const endsAt = client.identity?.expiresAt ?? Infinity;
        if (endsAt <= now) client.close('token_expired');
        else if (endsAt - now <= TOKEN_WARNING_MS && !client.warned) {
          client.warned = true;
          client.socket.emit('push', { type: 'token_ending', endsAt } satisfies LivePush);
        }
      }
    }
  }

  /** Lets everybody go within `drainMs`, evenly, so that the other gateways are not stormed. */
  async drain(drainMs: number): Promise<void> {
    clearInterval(this.#sweep);
    const steps = Math.max(1, Math.floor(drainMs / STEP_MS));
    const perStep = Math.max(LEAST_PER_STEP, Math.ceil(this.#all.size / steps));
    while (this.#all.size > 0) {
      for (const client of [...this.#all].slice(0, perStep)) {
        client.close('draining', COME_BACK_MS);
        this.remove(client);
      }
      if (this.#all.size > 0) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
    }
  }
}
