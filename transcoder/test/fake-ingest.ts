import { FEED_ANCHOR_HEADER, FEED_CONNECTION_HEADER } from '#contracts';
import { flvHeader, tagKind, writeTag, type FlvTag } from '#flv';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const STEP_MS = 10;

/** A publisher behind a feed, as ingest serves it: plays a recording at the speed of life. */
export class FakeIngest {
  url = '';
  /** How the next connection to the feed is answered when nobody publishes. */
  absent: 'nobody' | 'over' = 'nobody';
  private readonly server = createServer((_request, response) => this.answer(response));
  private readonly readers = new Set<ServerResponse>();
  private readonly waiting = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;
  private setups: Buffer[] = [];
  private group: Buffer[] = [];
  private connection = 0;
  private anchor = '0;0';

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.listen(0, '127.0.0.1', resolve);
    });
    this.url = `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Publishes `tags` from their beginning; each tag when its time has come. */
  publish(tags: readonly FlvTag[]): void {
    this.leave();
    this.connection += 1;
    const first = tags.find((tag) => tagKind(tag) === 'key-frame');
    this.anchor = `${first ? first.timestamp + first.data.readIntBE(2, 3) : 0};${Date.now()}`;
    const startedAt = performance.now();
    const queue = [...tags];
    const step = (): void => {
      const now = performance.now() - startedAt;
      while (queue[0] && queue[0].timestamp <= now) this.send(queue.shift() as FlvTag);
    };
    this.timer = setInterval(step, STEP_MS);
    step();
  }

  /** The publisher falls silent; its connection stays. */
  freeze(): void {
    clearInterval(this.timer);
  }

  /** The publisher leaves. */
  leave(): void {
    clearInterval(this.timer);
    for (const reader of this.readers) reader.end();
    this.readers.clear();
    this.setups = [];
    this.group = [];
  }

  /** Cuts the readers off, as ingest does with slow ones; the publisher stays. */
  cutReaders(): void {
    for (const reader of this.readers) reader.destroy();
    this.readers.clear();
  }

  /** The stream is over for good. */
  end(): void {
    this.absent = 'over';
    this.leave();
    for (const response of this.waiting) response.writeHead(410).end();
    this.waiting.clear();
  }

  async stop(): Promise<void> {
    this.leave();
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
    });
  }

  private answer(response: ServerResponse): void {
    if (this.group.length > 0) return this.begin(response);
    if (this.absent === 'over') return void response.writeHead(410).end();
    this.waiting.add(response);
    response.once('close', () => this.waiting.delete(response));
  }

  private begin(response: ServerResponse): void {
    response.writeHead(200, {
      [FEED_ANCHOR_HEADER]: this.anchor,
      [FEED_CONNECTION_HEADER]: `c${this.connection}`,
    });
    response.write(Buffer.concat([flvHeader(), ...this.setups, ...this.group]));
    response.on('error', () => undefined);
    response.once('close', () => this.readers.delete(response));
    this.readers.add(response);
  }

  private send(tag: FlvTag): void {
    const kind = tagKind(tag);
    const bytes = writeTag(tag);
    if (kind === 'avc-config' || kind === 'aac-config') this.setups.push(bytes);
    else if (kind === 'key-frame') this.group = [bytes];
    else if (this.group.length > 0) this.group.push(bytes);
    for (const reader of this.readers) reader.write(bytes);
    if (kind !== 'key-frame') return;
    for (const response of this.waiting) this.begin(response);
    this.waiting.clear();
  }
}

/** Tags of a recording again and again, on one timeline. */
export function repeated(tags: readonly FlvTag[], times: number): FlvTag[] {
  const media = tags.filter((tag) => tagKind(tag) !== 'end-of-sequence');
  const isSetup = (tag: FlvTag): boolean => ['metadata', 'avc-config', 'aac-config'].includes(tagKind(tag));
  const lastVideo = media.filter(({ type }) => type === 9).slice(-2);
  const frameMs = (lastVideo[1]?.timestamp ?? 0) - (lastVideo[0]?.timestamp ?? 0);
  const lengthMs = (lastVideo[1]?.timestamp ?? 0) + frameMs;
  return Array.from({ length: times }, (_, turn) =>
    media
      .filter((tag) => turn === 0 || !isSetup(tag))
      .filter((tag) => tag.timestamp < lengthMs)
      .map((tag) => ({ ...tag, timestamp: tag.timestamp + turn * lengthMs })),
  ).flat();
}
