import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIVE_PATH, type LiveTick } from '#contracts';
import { headers } from '@nats-io/transport-node';
import { connect, type Socket } from 'node:net';
import type { RunningService } from '#service';
import { encodeHead, TICK_HEADER } from '../src/rooms/tick-codec.ts';
import { startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

/** Large enough to fill the kernel's buffers on the way within a few ticks. */
const TICK_BYTES = 200_000;
const MOST_TICKS = 200;
const LOOK_EVERY_TICKS = 10;

let chat: ChatHarness;
let one: RunningService;
let show: TestShow;

beforeAll(async () => {
  chat = await startHarness();
  one = await chat.startGateway();
  show = await chat.makeShow();
}, 60_000);
afterAll(() => chat.stop());

/** A client that joins and then reads nothing more. */
async function sitAndSleep(): Promise<Socket> {
  const socket = connect(Number(new URL(one.url).port), '127.0.0.1');
  const frame = (text: string): Buffer => {
    const data = Buffer.from(text);
    return Buffer.concat([Buffer.from([0x81, 0x80 | data.length, 0, 0, 0, 0]), data]);
  };
  await new Promise<void>((resolve) => {
    let text = '';
    socket.on('connect', () =>
      socket.write(
        `GET ${LIVE_PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    );
    socket.on('data', (data: Buffer) => {
      const before = text;
      text += data.toString('latin1');
      if (!before.includes('0{"sid"') && text.includes('0{"sid"')) socket.write(frame('40{"v":1}'));
      if (!before.includes('40{"sid"') && text.includes('40{"sid"')) {
        socket.write(frame(`421["m",{"op":"join","showId":"${show.showId}"}]`));
      }
      if (text.includes('"snapshot"') && text.includes('"recovered"')) resolve();
    });
  });
  socket.pause();
  return socket;
}

/** Sockets that the server has open, as its metrics say. */
async function sockets(): Promise<number> {
  const metrics = await (await fetch(`${one.url}/metrics`)).text();
  return Number(/^chat_sockets(?:\{[^}]*\})? (\d+)/m.exec(metrics)?.[1]);
}

describe('a client that does not read', () => {
  it('is cut off, while everybody else gets every tick and memory stays bounded', async () => {
    const healthy = await TestClient.connect(one);
    await healthy.join(show.showId);
    await healthy.until('the room is there', () => healthy.snapshots.length > 0);
    const asleep = await sitAndSleep();
    expect(await sockets()).toBe(2);
    const last = (): { epoch: string; n: number } => healthy.offset;
    const { epoch } = last();
    const filler = 'x'.repeat(TICK_BYTES);
    const before = process.memoryUsage().rss;
    // Ticks as an owner would publish them; critical ones, which a slow client gets too.
    for (let n = last().n + 1, end = n + MOST_TICKS; n < end; n += 1) {
      if (n % LOOK_EVERY_TICKS === 0 && (await sockets()) === 1) break;
      const entry = { seq: 1_000 + n, at: Date.now(), mediaTime: null, data: { text: filler, by: 'Host' } };
      const critical = [{ ...entry, type: 'host_message' as const }];
      const tick: LiveTick = { n, epoch, at: Date.now(), mediaTime: null, critical };
      const header = headers();
      header.set(TICK_HEADER, encodeHead({ n, epoch, log: 0, line: 0, generation: 1, critical: true }));
      header.set('Nats-Sequence', String(1_000 + n));
      chat.bus.nc.publish(`rt.${show.showId}.feed`, JSON.stringify(tick), { headers: header });
      await healthy.until(`tick ${n} came`, () => last().n >= n);
    }
    expect(healthy.ticks.map(({ n }) => n)).toEqual(
      healthy.ticks.map((_, index) => (healthy.ticks[0]?.n ?? 0) + index),
    );
    // It still does not read: the server does not wait for it.
    while ((await sockets()) > 1) await new Promise((resolve) => setTimeout(resolve, 50));
    asleep.destroy();
    expect(healthy.socket.connected).toBe(true);
    // The sleeper cost its half megabyte, not the many that it was sent; the rest is the ring, with its own bound.
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
  });
});
