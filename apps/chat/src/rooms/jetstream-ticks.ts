import {
  DeliverPolicy,
  JetStreamApiError,
  StorageType,
  type JetStreamClient,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Bus } from '#bus';
import { roomSubjects } from './asks.ts';
import type { Published, TickStream } from './room-ports.ts';
import { decodeHead, encodeHead, TICK_HEADER, type TickHead } from './tick-codec.ts';

/** All rooms' ticks; the stream sends each on to the gateways as it stores it, so that no gateway is a consumer. */
const STREAM = 'TICKS';
/** Four minutes at five ticks a second: twice what a client that comes back can ask for. */
const TICKS_PER_SHOW = 1_200;
/** A day is longer than any owner waits between two ticks, so an owner's expected sequence never vanishes under it. */
const MAX_AGE_NS = 24 * 60 * 60 * 1_000_000_000;
const PUBLISH_TIMEOUT_MS = 1_500;
const RETRY_MS = 100;
const WRONG_LAST_SEQUENCE = 10_071;
const ENSURE_ATTEMPTS = 60;
const ENSURE_WAIT_MS = 500;
const READ_TIMEOUT_MS = 2_000;

/** A tick as it left its owner. */
export interface StoredTick {
  head: TickHead;
  json: string;
  streamSeq: number;
}

/** Ticks in JetStream: an owner publishes, gateways listen and read what they missed. */
export class JetStreamTicks implements TickStream {
  readonly #js: JetStreamClient;
  readonly #jsm: JetStreamManager;
  readonly #bus: Bus;

  private constructor(bus: Bus) {
    this.#bus = bus;
    this.#js = bus.js;
    this.#jsm = bus.jsm;
  }

  /** Makes sure that the stream exists as it should. */
  static async open(bus: Bus): Promise<JetStreamTicks> {
    const config = {
      name: STREAM,
      subjects: [roomSubjects.log('*')],
      storage: StorageType.File,
      max_msgs_per_subject: TICKS_PER_SHOW,
      max_age: MAX_AGE_NS,
      allow_direct: true,
      republish: { src: roomSubjects.log('*'), dest: roomSubjects.feed('{{wildcard(1)}}') },
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        await bus.jsm.streams.add(config);
        return new JetStreamTicks(bus);
      } catch (error) {
        if (attempt >= ENSURE_ATTEMPTS)
          throw new Error('JetStream did not take the stream of ticks', { cause: error });
        await pause(ENSURE_WAIT_MS);
      }
    }
  }

  async last(showId: string): ReturnType<TickStream['last']> {
    const message = await this.#jsm.direct.getMessage(STREAM, { last_by_subj: roomSubjects.log(showId) });
    if (!message) return { streamSeq: 0, marks: undefined };
    const head = headOf(message.header);
    return {
      streamSeq: message.seq,
      marks: head && { n: head.n, epoch: head.epoch, log: head.log, line: head.line },
    };
  }

  async publish(
    showId: string,
    tick: Parameters<TickStream['publish']>[1],
    afterSeq: number,
    wanted: () => boolean,
  ): Promise<Published> {
    const head: TickHead = { ...tick.marks, generation: tick.generation, critical: tick.critical };
    const header = headers();
    header.set(TICK_HEADER, encodeHead(head));
    while (wanted()) {
      try {
        const ack = await this.#js.publish(roomSubjects.log(showId), tick.json, {
          headers: header,
          msgID: `${showId} ${head.epoch} ${head.n} ${head.generation}`,
          expect: { lastSubjectSequence: afterSeq },
          timeout: PUBLISH_TIMEOUT_MS,
        });
        return { ok: true, streamSeq: ack.seq };
      } catch (error) {
        if (error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE) {
          return this.#wasMine(showId, header.get(TICK_HEADER));
        }
        await pause(RETRY_MS);
      }
    }
    return { ok: false, why: 'fenced' };
  }

  /** Calls back for every tick of the show from now on, in the stream's order. */
  listen(showId: string, onTick: (tick: StoredTick) => void): () => void {
    const subscription = this.#bus.nc.subscribe(roomSubjects.feed(showId), {
      callback: (error, message) => {
        const head = error ? undefined : headOf(message.headers);
        const streamSeq = Number(message.headers?.get('Nats-Sequence'));
        if (head && Number.isSafeInteger(streamSeq)) onTick({ head, json: message.string(), streamSeq });
      },
    });
    return () => subscription.unsubscribe();
  }

  /** The ticks after stream sequence `afterSeq`, oldest first, as far as the stream has them. */
  async readAfter(showId: string, afterSeq: number, most: number): Promise<StoredTick[]> {
    const ticks: StoredTick[] = [];
    let from = afterSeq + 1;
    while (ticks.length < most) {
      const query = { seq: from, next_by_subj: roomSubjects.log(showId) };
      const message = await this.#jsm.direct.getMessage(STREAM, query);
      if (!message) break;
      const head = headOf(message.header);
      if (head) ticks.push({ head, json: message.string(), streamSeq: message.seq });
      from = message.seq + 1;
    }
    return ticks;
  }

  /** The ticks since `sinceMs`, oldest first: one short-lived reader, whatever the number of clients that wait for it. */
  async readSince(showId: string, sinceMs: number, most: number): Promise<StoredTick[]> {
    const consumer = await this.#js.consumers.get(STREAM, {
      filter_subjects: roomSubjects.log(showId),
      deliver_policy: DeliverPolicy.StartTime,
      opt_start_time: new Date(sinceMs).toISOString(),
    });
    const ticks: StoredTick[] = [];
    const messages = await consumer.fetch({ max_messages: most, expires: READ_TIMEOUT_MS });
    for await (const message of messages) {
      const head = headOf(message.headers);
      if (head) ticks.push({ head, json: message.string(), streamSeq: message.seq });
      if (message.info.pending === 0) break;
    }
    await consumer.delete().catch(() => undefined);
    return ticks;
  }

  /** A refusal may speak of our own tick, when its first acknowledgement was lost. */
  async #wasMine(showId: string, head: string): Promise<Published> {
    const message = await this.#jsm.direct
      .getMessage(STREAM, { last_by_subj: roomSubjects.log(showId) })
      .catch(() => null);
    return message?.header.get(TICK_HEADER) === head
      ? { ok: true, streamSeq: message.seq }
      : { ok: false, why: 'fenced' };
  }
}

function headOf(header: MsgHdrs | undefined): TickHead | undefined {
  return decodeHead(header?.get(TICK_HEADER));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
