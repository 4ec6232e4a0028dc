import { createLogger } from '#process';
import { basicHeader, codeOf, encodeAmf0, RtmpClient } from '#testing';
import type { FlvTag } from '#flv';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { once } from 'node:events';
import type { PublishRequest, PublishVerdict } from './rtmp-connection.ts';
import { listenRtmp, type RtmpListener } from './rtmp-listener.ts';

const GOOD_KEY = 'sf_good';
const KEY_FRAME: FlvTag = { type: 9, timestamp: 0, data: Buffer.from('1701000000deadbeef', 'hex') };
const SOUND: FlvTag = { type: 8, timestamp: 0, data: Buffer.from('af01cafe', 'hex') };
const logger = createLogger({ process: 'test', level: 'silent' });

/** A sink that remembers. */
class Sink {
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

let listener: RtmpListener;
let sinks: Sink[];
let requests: PublishRequest[];
let verify: (request: PublishRequest) => Promise<PublishVerdict>;
let clients: RtmpClient[];
let uncaught: unknown[];
const noteUncaught = (error: unknown): void => void uncaught.push(error);

beforeEach(async () => {
  sinks = [];
  requests = [];
  clients = [];
  uncaught = [];
  process.on('uncaughtException', noteUncaught);
  verify = async (request) => {
    requests.push(request);
    if (request.key !== GOOD_KEY) return { refused: 'Invalid stream key.' };
    const sink = new Sink();
    sinks.push(sink);
    return { sink };
  };
  listener = await listen({});
});

afterEach(async () => {
  for (const client of clients) client.destroy();
  await listener.stop();
  process.off('uncaughtException', noteUncaught);
  expect(uncaught).toEqual([]);
});

describe('a publisher with a good key', () => {
  it('is verified before it is told to start, and its frames arrive', async () => {
    const seen: string[] = [];
    const answer = verify;
    verify = async (request) => {
      seen.push(...client.received.flatMap(({ command }) => (command?.[0] === 'onStatus' ? ['status'] : [])));
      return answer(request);
    };
    const client = await connected();
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
    expect(seen).toEqual([]);
    client.sendTag(KEY_FRAME);
    client.sendTag(SOUND);
    await sinks[0]?.has(2);
    expect(sinks[0]?.tags).toEqual([KEY_FRAME, SOUND]);
  });

  it('may put its metadata as @setDataFrame; readers get plain onMetaData', async () => {
    const client = await published();
    const metadata = encodeAmf0('onMetaData', { width: 1280 });
    client.send({
      chunkStream: 6,
      type: 18,
      streamId: 1,
      payload: Buffer.concat([encodeAmf0('@setDataFrame'), metadata]),
    });
    await sinks[0]?.has(1);
    expect(sinks[0]?.tags).toEqual([{ type: 18, timestamp: 0, data: metadata }]);
  });

  it('keeps timestamps beyond 4.6 hours', async () => {
    const client = await published();
    client.sendTag({
      ...KEY_FRAME,
      timestamp: 0x1234567,
      data: Buffer.concat([KEY_FRAME.data, randomBytes(10_000)]),
    });
    await sinks[0]?.has(1);
    expect(sinks[0]?.tags[0]?.timestamp).toBe(0x1234567);
  });

  it('may begin before it was answered; nothing is lost', async () => {
    const client = await connected();
    client.command(0, 'createStream', 4, null);
    client.command(1, 'publish', 5, null, GOOD_KEY, 'live');
    client.sendTag(KEY_FRAME);
    client.sendTag(SOUND);
    await client.waitFor((message) => codeOf(message) === 'NetStream.Publish.Start');
    await sinks[0]?.has(2);
    expect(sinks[0]?.tags).toEqual([KEY_FRAME, SOUND]);
  });

  it('ends when it says so, and when its connection breaks, once', async () => {
    const [polite, rude] = [await published(), await published()];
    polite.command(0, 'FCUnpublish', 6, null, GOOD_KEY);
    polite.command(0, 'deleteStream', 7, null, 1);
    await polite.closed;
    rude.destroy();
    await until(() => sinks.every(({ ended }) => ended === 1));
  });

  it('is acknowledged while it sends, as encoders expect that count', async () => {
    const client = await published();
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
    const client = await connected();
    expect(await client.publish('sf_wrong')).toBe('NetStream.Publish.BadName');
    await client.closed;
    expect(client.received.map(codeOf)).not.toContain('NetStream.Publish.Start');
    expect(sinks).toEqual([]);
  });

  it('cannot inject frames', async () => {
    const good = await published();
    const bad = await connected();
    bad.command(0, 'createStream', 4, null);
    bad.command(1, 'publish', 5, null, 'sf_wrong', 'live');
    for (let turn = 0; turn < 20; turn += 1)
      bad.sendTag({ ...KEY_FRAME, data: Buffer.from('1701000000bad0bad0', 'hex') });
    await bad.closed;
    good.sendTag(KEY_FRAME);
    await sinks[0]?.has(1);
    expect(sinks[0]?.tags).toEqual([KEY_FRAME]);
  });

  it('is refused in words when the key is sent to another application', async () => {
    const client = await connected('other');
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.BadName');
    expect(requests).toEqual([]);
  });

  it('may write the application with a slash, and parameters behind the key', async () => {
    const client = await connected('live/');
    expect(await client.publish(`${GOOD_KEY}?bandwidthtest=true`)).toBe('NetStream.Publish.Start');
  });

  it('is refused when the key cannot be verified at all', async () => {
    verify = () => Promise.reject(new Error('no database'));
    const client = await connected();
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.BadName');
  });

  it('is nobody any more when it left during the verification', async () => {
    let decide: (verdict: PublishVerdict) => void = () => undefined;
    verify = () => new Promise((resolve) => (decide = resolve));
    const client = await connected();
    client.command(0, 'createStream', 4, null);
    client.command(1, 'publish', 5, null, GOOD_KEY, 'live');
    await client.waitFor((message) => message.command?.[1] === 4);
    client.destroy();
    await client.closed;
    await until(() => listener.connections === 0);
    const sink = new Sink();
    decide({ sink });
    await until(() => sink.ended === 1);
    expect(sink.tags).toEqual([]);
  });
});

/** Each of these crashed, hijacked or blocked node-media-server 4.4.3 itself. */
describe('malformed and hostile peers end alone', () => {
  it.each<[string, (client: RtmpClient) => void | Promise<void>]>([
    ['connect without an object', (client) => client.command(0, 'connect', 1, null)],
    ['connect without an app', (client) => client.command(0, 'connect', 1, { tcUrl: 'rtmp://h/live' })],
    [
      'connect twice',
      async (client) => {
        await client.connectApp();
        client.command(0, 'connect', 2, { app: 'live', tcUrl: 'rtmp://h/live' });
      },
    ],
    ['publish before connect', (client) => client.command(1, 'publish', 5, null, GOOD_KEY, 'live')],
    [
      'publish without a name',
      async (client) => {
        await client.connectApp();
        client.command(1, 'publish', 5, null);
      },
    ],
    [
      'publish with a number for a name',
      async (client) => {
        await client.connectApp();
        client.command(1, 'publish', 5, null, 42, 'live');
      },
    ],
    [
      'publish with an endless name',
      async (client) => {
        await client.connectApp();
        client.command(1, 'publish', 5, null, 'x'.repeat(5_000), 'live');
      },
    ],
    [
      'a second publish on one connection',
      async (client) => {
        await client.connectApp();
        await client.publish(GOOD_KEY);
        client.command(1, 'publish', 6, null, GOOD_KEY, 'live');
      },
    ],
    [
      'publish, then play (which left the key taken for ever)',
      async (client) => {
        await client.connectApp();
        await client.publish(GOOD_KEY);
        client.command(1, 'play', 6, null, GOOD_KEY);
      },
    ],
    [
      'play',
      async (client) => {
        await client.connectApp();
        client.command(1, 'play', 5, null, GOOD_KEY);
      },
    ],
    ['createStream before connect', (client) => client.command(0, 'createStream', 1, null)],
    [
      'too many streams',
      async (client) => {
        await client.connectApp();
        for (let turn = 0; turn < 10; turn += 1) client.command(0, 'createStream', turn, null);
      },
    ],
    [
      'a command cut off in the middle',
      (client) =>
        client.send({ type: 20, payload: encodeAmf0('connect', 1, { app: 'live' }).subarray(0, 25) }),
    ],
    [
      'an array that claims four billion entries',
      (client) =>
        client.send({
          type: 20,
          payload: Buffer.concat([encodeAmf0('connect', 1), Buffer.from('0affffffff', 'hex')]),
        }),
    ],
    [
      'deeply nested arrays',
      (client) =>
        client.send({
          type: 20,
          payload: Buffer.concat([
            encodeAmf0('connect', 1),
            ...Array.from({ length: 12_000 }, () => Buffer.from('0a00000001', 'hex')),
          ]),
        }),
    ],
    ['a chunk size of zero', (client) => client.send({ chunkStream: 2, type: 1, payload: Buffer.alloc(4) })],
    [
      'a negative chunk size',
      (client) => client.send({ chunkStream: 2, type: 1, payload: Buffer.from('80000001', 'hex') }),
    ],
    [
      'a control message that is too short',
      (client) => client.send({ chunkStream: 2, type: 1, payload: Buffer.from('00', 'hex') }),
    ],
    [
      'a message of 16 MB before anybody knows who is there',
      (client) => client.send({ type: 20, payload: Buffer.alloc(10), declaredLength: 0xffffff }),
    ],
    [
      'a media message beyond the limit',
      async (client) => {
        await client.connectApp();
        await client.publish(GOOD_KEY);
        client.send({ type: 9, streamId: 1, payload: Buffer.alloc(10), declaredLength: 9 * 1024 * 1024 });
      },
    ],
    [
      'forty chunk streams that reserve memory',
      (client) => {
        for (let id = 70; id < 110; id += 1) {
          const header = Buffer.from('000000000010001400000000', 'hex').subarray(0, 11);
          client.sendRaw(Buffer.concat([basicHeader(0, id), header]));
        }
      },
    ],
    [
      'a message that begins inside another',
      (client) => {
        const header = Buffer.from('0000000010001400000000', 'hex');
        client.sendRaw(
          Buffer.concat([basicHeader(0, 3), header, Buffer.alloc(128), basicHeader(0, 3), header]),
        );
      },
    ],
    ['noise', (client) => client.sendRaw(randomBytes(200_000))],
  ])('%s', async (_name, misbehave) => {
    const bystander = await published();
    const client = await opened();
    await misbehave(client);
    await client.closed;
    bystander.sendTag(SOUND);
    await sinks[0]?.has(1);
    expect(sinks[0]?.tags).toEqual([SOUND]);
    expect(sinks[0]?.ended).toBe(0);
    expect(await (await connected()).publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
  });

  it('takes a connect with an address that cannot be parsed for what it is', async () => {
    const client = await opened();
    expect(await client.connectApp('live', { tcUrl: 'not an address' })).toBe(
      'NetConnection.Connect.Success',
    );
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
  });

  it('gives keys with odd characters to the verifier as they are', async () => {
    const client = await connected();
    expect(await client.publish('../ä b;%00')).toBe('NetStream.Publish.BadName');
    expect(requests.map(({ key }) => key)).toEqual(['../ä b;%00']);
  });

  it('drops empty and unknown messages and goes on', async () => {
    const client = await published();
    for (const type of [8, 9, 15, 16, 18, 19, 22, 99])
      client.send({ type, streamId: 1, payload: Buffer.alloc(0) });
    client.send({ chunkStream: 2, type: 2, payload: Buffer.from('00000009', 'hex') });
    client.send({ type: 20, payload: Buffer.from('ffffffffff', 'hex') });
    client.sendTag(KEY_FRAME);
    await sinks[0]?.has(1);
    expect(sinks[0]?.tags).toEqual([KEY_FRAME]);
  });

  it('does not hold what speaks another protocol', async () => {
    for (const greeting of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x16\x03\x01\x02\x00\x01']) {
      const socket = connect(listener.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(greeting);
      await once(socket, 'close');
    }
  });

  it('a fault in our own sink ends that stream and no other', async () => {
    const bystander = await published();
    verify = async () => ({
      sink: {
        handleTag: () => {
          throw new Error('a bug');
        },
        handleEnd: () => undefined,
      },
    });
    const client = await connected();
    await client.publish(GOOD_KEY);
    client.sendTag(KEY_FRAME);
    await client.closed;
    bystander.sendTag(SOUND);
    await sinks[0]?.has(1);
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
    const silent = await opened(false);
    await until(() => listener.connections === 1);
    clock.advance(9_000);
    expect(listener.connections).toBe(1);
    clock.advance(2_000);
    await silent.closed;
  });

  it('ends a publisher that is silent for ten seconds, although it still sends other messages', async () => {
    const clock = await withFakeClock();
    const client = await published();
    client.sendTag(KEY_FRAME);
    await sinks.at(-1)?.has(1);
    clock.advance(9_000);
    client.command(0, 'ping', 9, null);
    await flushed();
    expect(sinks.at(-1)?.ended).toBe(0);
    clock.advance(2_000);
    await client.closed;
    expect(sinks.at(-1)?.ended).toBe(1);
  });

  it('keeps a publisher that sends', async () => {
    const clock = await withFakeClock();
    const client = await published();
    for (let turn = 1; turn <= 4; turn += 1) {
      clock.advance(6_000);
      client.sendTag(SOUND);
      await sinks.at(-1)?.has(turn);
    }
    expect(sinks.at(-1)?.ended).toBe(0);
  });
});

describe('connections per address', () => {
  it('are limited, and free again when one ends', async () => {
    await listener.stop();
    listener = await listen({ maxPerAddress: 2 });
    const [first] = [await opened(), await opened()];
    const third = await RtmpClient.open({ port: listener.port, handshake: false });
    await third.closed;
    const other = await RtmpClient.open({ port: listener.port, localAddress: '127.0.0.2' });
    clients.push(other);
    first.destroy();
    await until(() => listener.connections === 2);
    expect(await (await connected()).publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
  });

  it('are limited altogether', async () => {
    await listener.stop();
    listener = await listen({ maxConnections: 2 });
    await opened();
    await opened();
    const third = await RtmpClient.open({ port: listener.port, handshake: false });
    await third.closed;
  });
});

function listen(limits: { maxPerAddress?: number; maxConnections?: number }): Promise<RtmpListener> {
  return listenRtmp({
    host: '127.0.0.1',
    port: 0,
    maxConnections: 100,
    maxPerAddress: 50,
    ...limits,
    verify: (request) => verify(request),
    logger,
  });
}

async function opened(handshake = true): Promise<RtmpClient> {
  const client = await RtmpClient.open({ port: listener.port, handshake });
  clients.push(client);
  return client;
}

async function connected(app?: string): Promise<RtmpClient> {
  const client = await opened();
  await client.connectApp(app);
  return client;
}

async function published(): Promise<RtmpClient> {
  const client = await connected();
  await client.publish(GOOD_KEY);
  return client;
}

/** A listener whose time is driven by the test; sockets stay real. */
async function withFakeClock() {
  await listener.stop();
  listener = await listen({});
  return { advance: (ms: number) => void jest.advanceTimersByTime(ms) };
}

function flushed(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function until(isTrue: () => boolean): Promise<void> {
  const giveUpAt = process.hrtime.bigint() + 10_000_000_000n;
  while (!isTrue()) {
    if (process.hrtime.bigint() > giveUpAt) throw new Error('it did not become true within 10 s');
    await flushed();
  }
}
