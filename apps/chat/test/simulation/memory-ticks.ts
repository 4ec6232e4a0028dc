import type { StoredTick } from '../../src/rooms/jetstream-ticks.ts';
import type { Published, TickMarks, TickStream } from '../../src/rooms/room-ports.ts';

/**
 * The tick stream in memory, with JetStream's behaviour: a publish is stored only when the expected last sequence is
 * right, repeats of a message are recognised, acknowledgements may be lost, and what is sent on to gateways may be lost,
 * doubled or late (each gateway still hears what it hears in order, as over one connection).
 */
export class MemoryTicks implements TickStream {
  readonly messages: (StoredTick & { id: string })[] = [];
  /** Sequences are those of a stream that other rooms share, so they have gaps. */
  nextSeq = 1;
  deliver: (tick: StoredTick) => void = () => undefined;
  /** Before a publish reaches the stream. */
  latency: () => Promise<void> = async () => undefined;
  /** Whether the next acknowledgement is lost. */
  losesAck: () => boolean = () => false;
  /** Waits before a publish is tried again. */
  retryPause: () => Promise<void> = async () => undefined;

  async last(): Promise<{ streamSeq: number; marks: TickMarks | undefined }> {
    await this.latency();
    const message = this.messages.at(-1);
    if (!message) return { streamSeq: 0, marks: undefined };
    const { n, epoch, log, line } = message.head;
    return { streamSeq: message.streamSeq, marks: { n, epoch, log, line } };
  }

  async publish(
    _showId: string,
    tick: Parameters<TickStream['publish']>[1],
    afterSeq: number,
    wanted: () => boolean,
  ): Promise<Published> {
    const head = { ...tick.marks, generation: tick.generation, critical: tick.critical };
    const id = `${head.epoch} ${head.n} ${head.generation}`;
    while (wanted()) {
      await this.latency();
      const known = this.messages.find((message) => message.id === id);
      if (!known && (this.messages.at(-1)?.streamSeq ?? 0) !== afterSeq) return { ok: false, why: 'fenced' };
      const message = known ?? { head, json: tick.json, streamSeq: this.nextSeq, id };
      if (!known) {
        this.nextSeq += 1 + (head.n % 3);
        this.messages.push(message);
        this.deliver(message);
      }
      if (!this.losesAck()) return { ok: true, streamSeq: message.streamSeq };
      await this.retryPause();
    }
    return { ok: false, why: 'fenced' };
  }

  readAfter(streamSeq: number, most: number): StoredTick[] {
    return this.messages.filter((message) => message.streamSeq > streamSeq).slice(0, most);
  }
}
