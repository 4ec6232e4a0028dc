import type { FlvTag } from '#flv';
import { createLogger } from '#process';
import { RtmpClient } from '#testing';
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { PublishRequest, PublishVerdict } from './rtmp-connection.ts';
import { listenRtmp, type RtmpListener } from './rtmp-listener.ts';

export const GOOD_KEY = 'sf_good';
export const KEY_FRAME: FlvTag = { type: 9, timestamp: 0, data: Buffer.from('1701000000deadbeef', 'hex') };
export const SOUND: FlvTag = { type: 8, timestamp: 0, data: Buffer.from('af01cafe', 'hex') };
const logger = createLogger({ process: 'test', level: 'silent' });

/** A sink that remembers. */
export class Sink {
  tags: FlvTag[] = [];
  ended = 0;
  private waiting: { count: number; resolve: () => void }[] = [];
  handleTag(tag: FlvTag): void {
    this.tags.push(tag);
    for (const { count, resolve } of this.waiting) if (this.tags.length >= count) resolve();
  }
  handleEnd(): void {
    this.ended += 1;
  }
  has(count: number): Promise<void> {
    if (this.tags.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }
}

/** A listener of its own for each test, with what its verifier and sinks saw. */
export class RtmpHarness {
  sinks: Sink[] = [];
  requests: PublishRequest[] = [];
  private clients: RtmpClient[] = [];
  private running: RtmpListener | undefined;

  verify = async (request: PublishRequest): Promise<PublishVerdict> => {
    this.requests.push(request);
    if (request.key !== GOOD_KEY) return { refused: 'Invalid stream key.' };
    const sink = new Sink();
    this.sinks.push(sink);
    return { sink };
  };

  get listener(): RtmpListener {
    if (!this.running) throw new Error('nothing listens');
    return this.running;
  }

  /** Listens, in place of a former listener. */
  async listen(limits: { maxPerAddress?: number; maxConnections?: number } = {}): Promise<void> {
    await this.running?.stop();
    this.running = await listenRtmp({
      host: '127.0.0.1',
      port: 0,
      maxConnections: 100,
      maxPerAddress: 50,
      ...limits,
      verify: (request) => this.verify(request),
      logger,
    });
  }

  async opened(options: { handshake?: boolean; localAddress?: string } = {}): Promise<RtmpClient> {
    const client = await RtmpClient.open({ port: this.listener.port, ...options });
    this.clients.push(client);
    return client;
  }

  async connected(app?: string): Promise<RtmpClient> {
    const client = await this.opened();
    await client.connectApp(app);
    return client;
  }

  async published(): Promise<RtmpClient> {
    const client = await this.connected();
    await client.publish(GOOD_KEY);
    return client;
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.destroy();
    await this.running?.stop();
  }
}

/** A fresh harness for each test of a file; whatever escapes as an uncaught error fails the test. */
export function useRtmp(): { readonly rtmp: RtmpHarness } {
  let rtmp: RtmpHarness;
  let uncaught: unknown[];
  const noteUncaught = (error: unknown): void => void uncaught.push(error);
  beforeEach(async () => {
    uncaught = [];
    process.on('uncaughtException', noteUncaught);
    rtmp = new RtmpHarness();
    await rtmp.listen();
  });
  afterEach(async () => {
    await rtmp.stop();
    process.off('uncaughtException', noteUncaught);
    expect(uncaught).toEqual([]);
  });
  return {
    get rtmp() {
      return rtmp;
    },
  };
}

export function flushed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Waits for something that sockets bring about; independent of timers, which tests may fake. */
export async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = process.hrtime.bigint() + 10_000_000_000n;
  while (!isTrue()) {
    if (process.hrtime.bigint() > giveUpAt) throw new Error('it did not become true within 10 s');
    await flushed();
  }
}
