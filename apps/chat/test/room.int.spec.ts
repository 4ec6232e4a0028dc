import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '#process';
import type { RunningService } from '#service';
import { testIdentity } from '#testing';
import { hostOf, startHarness, TestClient, type ChatHarness } from './chat-harness.ts';

let chat: ChatHarness;
let one: RunningService;
let two: RunningService;

beforeAll(async () => {
  chat = await startHarness();
  [one, two] = await Promise.all([chat.startGateway(), chat.startGateway()]);
}, 60_000);
afterAll(() => chat.stop());

describe('a room over two gateways', () => {
  it('shows a line to everybody, once, whichever gateway they sit at', async () => {
    const show = await chat.makeShow();
    const ada = await TestClient.connect(one, { as: testIdentity({ displayName: 'Ada' }) });
    const bo = await TestClient.connect(two);
    expect(await ada.join(show.showId)).toMatchObject({
      ok: true,
      recovered: false,
      you: { displayName: 'Ada' },
    });
    expect(await bo.join(show.showId)).toMatchObject({ ok: true, recovered: false, you: { userId: null } });
    const said = await ada.say(show.showId, 'hello');
    expect(said).toMatchObject({ ok: true, state: 'sent' });
    for (const client of [ada, bo]) {
      await client.until('the line came', () => client.texts.includes('hello'));
      expect(client.texts).toEqual(['hello']);
    }
    expect(bo.lines[0]).toMatchObject({ author: { name: 'Ada', badges: [] }, seq: 1 });
  });

  it('pins a product for everybody, and for those who come later', async () => {
    const show = await chat.makeShow();
    const host = await TestClient.connect(one, { as: hostOf(show) });
    const viewer = await TestClient.connect(two);
    await Promise.all([host.join(show.showId), viewer.join(show.showId)]);
    const productId = show.productIds[1];
    const frame = { op: 'command', showId: show.showId, id: newId(), command: { type: 'pin', productId } };
    const first = await host.send(frame);
    expect(first).toMatchObject({ ok: true, repeated: false });
    expect(await host.send(frame)).toEqual({ ...first, repeated: true });
    await viewer.until('the pin came', () =>
      viewer.ticks.some((tick) => tick.critical?.[0]?.type === 'pinned'),
    );
    const late = await TestClient.connect(two);
    await late.join(show.showId);
    await late.until('the snapshot came', () => late.snapshots.length > 0);
    expect(late.snapshots[0]?.pins.at(-1)?.product).toMatchObject({ productId, title: 'Product 2' });
    expect(await viewer.send(frame)).toMatchObject({ ok: false, code: 'unauthenticated' });
  });

  it('lets an account say three lines in two seconds', async () => {
    const show = await chat.makeShow();
    const ada = await TestClient.connect(one, { as: testIdentity() });
    await ada.join(show.showId);
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) => ada.say(show.showId, `line ${text}`)),
    );
    expect(replies.map((reply) => reply.ok)).toEqual([true, true, true, false]);
    expect(replies[3]).toMatchObject({ code: 'rate_limited', retryAfterMs: expect.any(Number) });
  });

  it('gives a client that comes back what it missed, without gap or double', async () => {
    const show = await chat.makeShow();
    const ada = await TestClient.connect(one, { as: testIdentity() });
    const bo = await TestClient.connect(one);
    await Promise.all([ada.join(show.showId), bo.join(show.showId)]);
    await ada.say(show.showId, 'first');
    await bo.until('the first line came', () => bo.texts.length === 1);
    const { offset } = bo;
    bo.close();
    await ada.say(show.showId, 'second');
    await ada.say(show.showId, 'third');
    const back = await TestClient.connect(two);
    expect(await back.join(show.showId, offset)).toMatchObject({ ok: true, recovered: true });
    await back.until('both lines came', () => back.texts.length === 2);
    expect(back.texts).toEqual(['second', 'third']);
    expect(back.snapshots).toEqual([]);
    expect(back.ticks.map((tick) => tick.n)).toEqual(back.ticks.map((_, index) => offset.n + 1 + index));
  });
});
