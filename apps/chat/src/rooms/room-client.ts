import { NoRespondersError, RequestError } from '@nats-io/transport-node';
import type { Bus } from '#bus';
import { tell } from './tell.ts';
import type { Claimed } from './owners.ts';
import { roomSubjects, type Answer, type Ask, type RoomBrief, type RoomSum } from './asks.ts';

const ATTEMPT_MS = 2_500;
const RETRY_MS = 100;
/** Longer than it takes to replace a dead owner. */
const DEADLINE_MS = 8_000;

/** Becomes the owner of a room that has none. */
export type Claim = (showId: string) => Promise<Claimed>;

/** Asks rooms' owners over NATS, wherever they are; when a room has none, somebody (maybe this process) becomes it. */
export class RoomClient {
  readonly #bus: Bus;
  readonly #claim: Claim;

  constructor(bus: Bus, claim: Claim) {
    this.#bus = bus;
    this.#claim = claim;
  }

  /** The owner's answer; asks again while rooms change hands, which is harmless because asks carry their own ids. */
  async ask(showId: string, ask: Ask): Promise<Answer> {
    const giveUpAt = Date.now() + DEADLINE_MS;
    const payload = JSON.stringify(ask);
    while (Date.now() < giveUpAt && !this.#bus.nc.isClosed()) {
      const answer = await this.#once(showId, payload);
      if (answer !== 'nobody' && !('code' in answer && answer.code === 'moved')) return answer;
      const claimed = await this.#claim(showId).catch(() => 'taken' as const);
      if (claimed === 'unknown') return { ok: false, code: 'not_found' };
      if (claimed === 'taken') await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
    return { ok: false, code: 'unavailable', retryAfterMs: 2_000 };
  }

  /** The room's state; undefined when there is no such show. */
  async brief(showId: string): Promise<RoomBrief | undefined> {
    const answer = await this.ask(showId, { ask: 'snapshot' });
    if (answer.ok && 'view' in answer) return answer;
    if (!answer.ok && answer.code === 'not_found') return undefined;
    throw new Error(`room ${showId} has no owner that answers`);
  }

  sum(showId: string, sum: RoomSum): void {
    tell(this.#bus, roomSubjects.sum(showId), sum);
  }

  async #once(showId: string, payload: string): Promise<Answer | 'nobody'> {
    try {
      const reply = await this.#bus.nc.request(roomSubjects.ask(showId), payload, { timeout: ATTEMPT_MS });
      return JSON.parse(reply.string()) as Answer;
    } catch (error) {
      const away =
        error instanceof NoRespondersError || (error instanceof RequestError && error.isNoResponders());
      if (!away) await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      return 'nobody';
    }
  }
}
