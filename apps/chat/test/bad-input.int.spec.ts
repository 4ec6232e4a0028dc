import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIVE_PATH, mayComeBack } from '#contracts';
import { newId } from '#process';
import type { RunningService } from '#service';
import { testIdentity, tokenOf } from '#testing';
import { connect } from 'node:net';
import { hostOf, startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

let chat: ChatHarness;
let one: RunningService;
let show: TestShow;
let witness: TestClient;
let speaker: TestClient;

beforeAll(async () => {
  chat = await startHarness();
  one = await chat.startGateway();
  show = await chat.makeShow();
  witness = await TestClient.connect(one);
  speaker = await TestClient.connect(one, { as: hostOf(show) });
  await Promise.all([witness.join(show.showId), speaker.join(show.showId)]);
}, 60_000);

afterAll(() => chat.stop());

/** Whatever somebody does, others are not affected. */
async function othersGoOn(): Promise<void> {
  const text = `still here ${newId()}`;
  expect(await speaker.say(show.showId, text)).toMatchObject({ ok: true });
  await witness.until('the room goes on', () => witness.texts.includes(text));
}

async function sit(as = testIdentity()): Promise<TestClient> {
  const client = await TestClient.connect(one, { as });
  await client.join(show.showId);
  return client;
}

describe('bad input', () => {
  it.each([
    [{ op: 'fly' }, 'unknown_op'],
    [{}, 'unknown_op'],
    [null, 'invalid_request'],
    ['text', 'invalid_request'],
    [[1, 2], 'invalid_request'],
    [{ op: 'say', showId: 'x', key: newId(), text: 'a' }, 'invalid_request'],
    [{ op: 'react', showId: newId(), kind: 'heart', count: 1e9 }, 'invalid_request'],
    [{ op: 'join', showId: newId(), offset: { epoch: '', n: -1 } }, 'invalid_request'],
    [{ op: 'command', showId: newId(), id: newId(), command: { type: 'reboot' } }, 'invalid_request'],
  ])('%j is refused as %s', async (frame, code) => {
    const client = await sit();
    expect(await client.send(frame as never)).toMatchObject({ ok: false, code });
    expect(client.socket.connected).toBe(true);
    client.close();
  });

  it("for another room than one's own, or from nobody, is refused", async () => {
    const client = await sit();
    const other = await chat.makeShow();
    expect(await client.say(other.showId, 'hello')).toMatchObject({ code: 'not_in_room' });
    expect(await client.join(newId())).toMatchObject({ code: 'not_found' });
    const nobody = await TestClient.connect(one);
    await nobody.join(show.showId);
    expect(await nobody.say(show.showId, 'hello')).toMatchObject({ code: 'unauthenticated' });
    expect(await nobody.send({ op: 'desk', showId: show.showId, open: true })).toMatchObject({
      code: 'unauthenticated',
    });
    expect(await client.send({ op: 'desk', showId: show.showId, open: true })).toMatchObject({
      code: 'forbidden',
    });
  });

  it('with a forged identity in the frame changes nothing: the token counts', async () => {
    const ada = testIdentity({ displayName: 'Ada' });
    const client = await sit(ada);
    const frame = {
      op: 'say',
      showId: show.showId,
      key: newId(),
      text: 'who am I',
      actor: { userId: show.hostId },
    };
    await client.send({ ...frame, author: { id: show.hostId, name: 'Host', badges: ['host'] } } as never);
    await witness.until('the line came', () => witness.texts.includes('who am I'));
    expect(witness.lines.find(({ text }) => text === 'who am I')?.author).toMatchObject({
      id: ada.userId,
      badges: [],
    });
  });

  it("that repeats another person's command id does nothing and tells nothing", async () => {
    const id = newId();
    const frame = { op: 'command', showId: show.showId, id, command: { type: 'message', text: 'mine' } };
    expect(await speaker.send(frame)).toMatchObject({ ok: true });
    const second = await sit(hostOf({ shopId: show.shopId, hostId: newId() }));
    expect(await second.send(frame)).toMatchObject({ ok: false, code: 'idempotency_key_reused' });
  });

  it('that is too large ends the connection, and only that', async () => {
    const client = await sit();
    client.socket.emit('m', { op: 'say', showId: show.showId, key: newId(), text: 'x'.repeat(20_000) });
    await client.until('it was cut off', () => client.socket.disconnected);
    await othersGoOn();
  });

  it.each([
    ['invalid UTF-8', Buffer.from([0x34, 0x32, 0xc3, 0x28])],
    ['no socket.io packet', Buffer.from('4%%%')],
    ['broken JSON', Buffer.from('42["m",{')],
    ['a packet of an unknown type', Buffer.from('49["m"]')],
    ['a binary attachment that never comes', Buffer.from('451-["m",{"_placeholder":true,"num":0}]')],
  ])('that is %s harms nobody', async (_name, payload) => {
    await rawClient(payload);
    await othersGoOn();
  });

  it('in floods is refused, then cut off for good; memory and others are unaffected', async () => {
    const client = await sit();
    let refused = 0;
    for (let i = 0; i < 600 && client.socket.connected; i += 1) {
      client.socket.emit('m', { op: 'leave', showId: newId() }, (reply: { ok: boolean }) => {
        if (!reply.ok) refused += 1;
      });
      if (i % 100 === 99) await new Promise((resolve) => setImmediate(resolve));
    }
    await client.until('it was cut off', () => client.socket.disconnected);
    expect(refused).toBeGreaterThan(0);
    expect(client.bye).toMatchObject({ reason: 'flooding' });
    expect(mayComeBack(client.bye?.code ?? 0)).toBe(false);
    await othersGoOn();
  });

  it('in lines is cleaned or refused', async () => {
    const client = await sit();
    expect(await client.say(show.showId, '\u200B\u202E')).toMatchObject({ code: 'line_empty' });
    expect(await client.say(show.showId, 'x'.repeat(301))).toMatchObject({ code: 'line_too_long' });
    expect(await client.say(show.showId, 'x'.repeat(5_000))).toMatchObject({ code: 'invalid_request' });
    expect(await client.say(show.showId, 'a\uD800b')).toMatchObject({ ok: false });
  });
});

/** Sends bytes as a masked text frame over a bare connection and waits until the server has dealt with it. */
async function rawClient(payload: Buffer): Promise<void> {
  const token = await tokenOf(testIdentity());
  const socket = connect(Number(new URL(one.url).port), '127.0.0.1');
  await new Promise<void>((resolve) => {
    let text = '';
    let sent = false;
    const frame = (data: Buffer): Buffer =>
      Buffer.concat([
        data.length < 126
          ? Buffer.from([0x81, 0x80 | data.length, 0, 0, 0, 0])
          : Buffer.from([0x81, 0xfe, data.length >> 8, data.length & 255, 0, 0, 0, 0]),
        data,
      ]);
    socket.on('connect', () =>
      socket.write(
        `GET ${LIVE_PATH}?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      ),
    );
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (!sent && text.includes('"sid"')) {
        sent = true;
        socket.write(frame(Buffer.from(`40{"v":1,"token":"${token}"}`)));
        socket.write(frame(payload));
        socket.write(frame(Buffer.from('421["m",{"op":"fly"}]')));
      }
      if (text.includes('unknown_op')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    setTimeout(() => socket.destroy(), 2_000).unref();
  });
}
