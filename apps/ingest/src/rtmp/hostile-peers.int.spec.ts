import { basicHeader, encodeAmf0, type RtmpClient } from '#testing';
import { describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { GOOD_KEY, KEY_FRAME, SOUND, useRtmp } from './rtmp-harness.ts';

const at = useRtmp();

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
    const bystander = await at.rtmp.published();
    const client = await at.rtmp.opened();
    await misbehave(client);
    await client.closed;
    bystander.sendTag(SOUND);
    await at.rtmp.sinks[0]?.has(1);
    expect(at.rtmp.sinks[0]?.tags).toEqual([SOUND]);
    expect(at.rtmp.sinks[0]?.ended).toBe(0);
    expect(await (await at.rtmp.connected()).publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
  });

  it('takes a connect with an address that cannot be parsed for what it is', async () => {
    const client = await at.rtmp.opened();
    expect(await client.connectApp('live', { tcUrl: 'not an address' })).toBe(
      'NetConnection.Connect.Success',
    );
    expect(await client.publish(GOOD_KEY)).toBe('NetStream.Publish.Start');
  });

  it('gives keys with odd characters to the verifier as they are', async () => {
    const client = await at.rtmp.connected();
    expect(await client.publish('../ä b;%00')).toBe('NetStream.Publish.BadName');
    expect(at.rtmp.requests.map(({ key }) => key)).toEqual(['../ä b;%00']);
  });

  it('drops empty and unknown messages and goes on', async () => {
    const client = await at.rtmp.published();
    for (const type of [8, 9, 15, 16, 18, 19, 22, 99])
      client.send({ type, streamId: 1, payload: Buffer.alloc(0) });
    client.send({ chunkStream: 2, type: 2, payload: Buffer.from('00000009', 'hex') });
    client.send({ type: 20, payload: Buffer.from('ffffffffff', 'hex') });
    client.sendTag(KEY_FRAME);
    await at.rtmp.sinks[0]?.has(1);
    expect(at.rtmp.sinks[0]?.tags).toEqual([KEY_FRAME]);
  });

  it('does not hold what speaks another protocol', async () => {
    for (const greeting of ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', '\x16\x03\x01\x02\x00\x01']) {
      const socket = connect(at.rtmp.listener.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(greeting);
      await once(socket, 'close');
    }
  });

  it('a fault in our own sink ends that stream and no other', async () => {
    const bystander = await at.rtmp.published();
    at.rtmp.verify = async () => ({
      sink: {
        handleTag: () => {
          throw new Error('a bug');
        },
        handleEnd: () => undefined,
      },
    });
    const client = await at.rtmp.connected();
    await client.publish(GOOD_KEY);
    client.sendTag(KEY_FRAME);
    await client.closed;
    bystander.sendTag(SOUND);
    await at.rtmp.sinks[0]?.has(1);
  });
});
