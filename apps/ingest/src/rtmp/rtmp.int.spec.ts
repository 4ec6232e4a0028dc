import { codeOf, encodeAmf0 } from '#testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { PublishVerdict } from './rtmp-connection.ts';
import { flushed, GOOD_KEY, KEY_FRAME, Sink, SOUND, until, useRtmp } from './rtmp-harness.ts';

const at = useRtmp();

describe('a publisher with a good key', () => {
  it('is verified before it is told to start, and its frames arrive', async () => {
    const seen: string[] = [];
    const answer = at.rtmp.verify;
    at.rtmp.verify = async (request) => {
      seen.push(...client.received.flatMap(({ command }) => (command?.[0] === 'onStatus' ? ['status'] : [])));
      return answer(request);
    };
    const client = await at.rtmp.connected();
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
    expect(seen).toEqual([]);
    client.sendTag(KEY_FRAME);
    client.sendTag(SOUND);
    await at.rtmp.sinks[0]?.has(2);
    expect(at.rtmp.sinks[0]?.tags).toEqual([KEY_FRAME, SOUND]);
  });

  it('may put its metadata as @setDataFrame; readers get plain onMetaData', async () => {
    const client = await at.rtmp.published();
    const metadata = encodeAmf0('onMetaData', { width: 1280 });
    client.send({
      chunkStream: 6,
      type: 18,
      streamId: 1,
      payload: Buffer.concat([encodeAmf0('@setDataFrame'), metadata]),
    });
    await at.rtmp.sinks[0]?.has(1);
    expect(at.rtmp.sinks[0]?.tags).toEqual([{ type: 18, timestamp: 0, data: metadata }]);
  });

  it('keeps timestamps beyond 4.6 hours', async () => {
    const client = await at.rtmp.published();
    client.sendTag({
      ...KEY_FRAME,
      timestamp: 0x1234567,
      data: Buffer.concat([KEY_FRAME.data, randomBytes(10_000)]),
    });
    await at.rtmp.sinks[0]?.has(1);
    expect(at.rtmp.sinks[0]?.tags[0]?.timestamp).toBe(0x1234567);
  });

  it('may begin before it was answered; nothing is lost', async () => {
    const client = await at.rtmp.connected();
    client.command(0, 'createStream', 4, null);
    client.command(1, 'publish', 5, null, GOOD_KEY, 'live');
    client.sendTag(KEY_FRAME);
    client.sendTag(SOUND);
    await client.waitFor((message) => codeOf(message) === 'NetStream.Publish.Start');
    await at.rtmp.sinks[0]?.has(2);
    expect(at.rtmp.sinks[0]?.tags).toEqual([KEY_FRAME, SOUND]);
  });

  it('ends when it says so, and when its connection breaks, once', async () => {
    const [polite, rude] = [await at.rtmp.published(), await at.rtmp.published()];
    polite.command(0, 'FCUnpublish', 6, null, GOOD_KEY);
    polite.command(0, 'deleteStream', 7, null, 1);
    await polite.closed;
    rude.destroy();
    await until(() => at.rtmp.sinks.every(({ ended }) => ended === 1));
  });

  it('is acknowledged while it sends, as encoders expect that count', async () => {
    const client = await at.rtmp.published();
    const window = Buffer.alloc(4);
    window.writeUInt32BE(100_000);
    client.send({ chunkStream: 2, type: 5, payload: window });
    for (let turn = 0; turn < 15; turn += 1)
      client.sendTag({ ...KEY_FRAME, data: Buffer.concat([KEY_FRAME.data, randomBytes(10_000)]) });
    const acknowledgement = await client.waitFor(({ type }) => type === 3);
    expect(acknowledgement.payload.readUInt32BE()).toBeGreaterThanOrEqual(100_000);
  });
});

describe('a refused publisher', () => {
  it('gets BadName and no Publish.Start, and the connection ends', async () => {
    const client = await at.rtmp.connected();
    expect(await client.publish('sf_wrong')).toBe('NetStream.Publish.BadName');
    await client.closed;
    expect(client.received.map(codeOf)).not.toContain('NetStream.Publish.Start');
    expect(at.rtmp.sinks).toEqual([]);
  });

  it('cannot inject frames', async () => {
    const good = await at.rtmp.published();
    const bad = await at.rtmp.connected();
    bad.command(0, 'createStream', 4, null);
    bad.command(1, 'publish', 5, null, 'sf_wrong', 'live');
    for (let turn = 0; turn < 20; turn += 1)
      bad.sendTag({ ...KEY_FRAME, data: Buffer.from('1701000000bad0bad0', 'hex') });
    await bad.closed;
    good.sendTag(KEY_FRAME);
    await at.rtmp.sinks[0]?.has(1);
    expect(at.rtmp.sinks[0]?.tags).toEqual([KEY_FRAME]);
  });

  it('is refused in words when the key is sent to another application', async () => {
    const client = await at.rtmp.connected('other');
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.BadName');
    expect(at.rtmp.requests).toEqual([]);
  });

  it('may write the application with a slash, and parameters behind the key', async () => {
    const client = await at.rtmp.connected('live/');
    expect(await client.publish(`${GOOD_KEY}?bandwidthtest=true`)).toBe('NetStream.Publish.Start');
  });

  it.each<[string, () => Promise<PublishVerdict>]>([
    ['fails', () => Promise.reject(new Error('a bug'))],
    ['is not possible now', () => Promise.resolve({ unavailable: 'no database' })],
  ])('is not told that its key is bad when verifying %s, so that it comes back', async (_why, verify) => {
    at.rtmp.verify = verify;
    const client = await at.rtmp.connected();
    client.command(0, 'createStream', 4, null);
    client.command(1, 'publish', 5, null, GOOD_KEY, 'live');
    await client.closed;
    expect(client.received.map(codeOf).filter((code) => code.startsWith('NetStream'))).toEqual([]);
  });

  it('is nobody any more when it left during the verification', async () => {
    let decide: (verdict: PublishVerdict) => void = () => undefined;
    at.rtmp.verify = () => new Promise((resolve) => (decide = resolve));
    const client = await at.rtmp.connected();
    client.command(0, 'createStream', 4, null);
    client.command(1, 'publish', 5, null, GOOD_KEY, 'live');
    await client.waitFor((message) => message.command?.[1] === 4);
    client.destroy();
    await client.closed;
    await until(() => at.rtmp.listener.connections === 0);
    const sink = new Sink();
    decide({ sink });
    await until(() => sink.ended === 1);
    expect(sink.tags).toEqual([]);
  });
});

describe('time and numbers are bounded', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('ends a connection that does not get as far as publishing within ten seconds', async () => {
    const clock = await withFakeClock();
    const silent = await at.rtmp.opened({ handshake: false });
    await until(() => at.rtmp.listener.connections === 1);
    clock.advance(9_000);
    expect(at.rtmp.listener.connections).toBe(1);
    clock.advance(2_000);
    await silent.closed;
  });

  it('ends a publisher that is silent for ten seconds, although it still sends other messages', async () => {
    const clock = await withFakeClock();
    const client = await at.rtmp.published();
    client.sendTag(KEY_FRAME);
    await at.rtmp.sinks.at(-1)?.has(1);
    clock.advance(9_000);
    client.command(0, 'ping', 9, null);
    await flushed();
    expect(at.rtmp.sinks.at(-1)?.ended).toBe(0);
    clock.advance(2_000);
    await client.closed;
    expect(at.rtmp.sinks.at(-1)?.ended).toBe(1);
  });

  it('keeps a publisher that sends', async () => {
    const clock = await withFakeClock();
    const client = await at.rtmp.published();
    for (let turn = 1; turn <= 4; turn += 1) {
      clock.advance(6_000);
      client.sendTag(SOUND);
      await at.rtmp.sinks.at(-1)?.has(turn);
    }
    expect(at.rtmp.sinks.at(-1)?.ended).toBe(0);
  });
});

describe('connections per address', () => {
  it('are limited, and free again when one ends', async () => {
    await at.rtmp.listen({ maxPerAddress: 2 });
    const [first] = [await at.rtmp.opened(), await at.rtmp.opened()];
    const third = await at.rtmp.opened({ handshake: false });
    await third.closed;
    await at.rtmp.opened({ localAddress: '127.0.0.2' });
    first.destroy();
    await until(() => at.rtmp.listener.connections === 2);
    expect(await (await at.rtmp.connected()).publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
  });

  it('are limited altogether', async () => {
    await at.rtmp.listen({ maxConnections: 2 });
    await at.rtmp.opened();
    await at.rtmp.opened();
    const third = await at.rtmp.opened({ handshake: false });
    await third.closed;
  });
});

/** A listener whose time is driven by the test; sockets stay real. */
async function withFakeClock() {
  await at.rtmp.listen();
  return { advance: (ms: number) => void jest.advanceTimersByTime(ms) };
}
