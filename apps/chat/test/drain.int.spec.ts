import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { closeReasons, type ChatLine } from '#contracts';
import type { RunningService } from '#service';
import { testIdentity } from '#testing';
import { startHarness, TestClient, type ChatHarness, type TestShow } from './chat-harness.ts';

/** More than one step of a drain lets go at once. */
const VIEWERS = 120;
const DRAIN_S = 2;

let chat: ChatHarness;
let leaving: RunningService;
let staying: RunningService;
let show: TestShow;

beforeAll(async () => {
  chat = await startHarness();
  leaving = await chat.startGateway({ CHAT_DRAIN_S: String(DRAIN_S) });
  staying = await chat.startGateway();
  show = await chat.makeShow();
}, 60_000);
afterAll(() => chat.stop());

/** Takes over where `before` was told to leave, as a page does; gives everything it has heard by then and from then on. */
async function comeBack(before: TestClient): Promise<{ client: TestClient; lines(): ChatLine[] }> {
  await before.until('it was let go', () => before.socket.disconnected);
  expect(before.bye).toMatchObject({ code: closeReasons.draining, retryAfterMs: expect.any(Number) });
  const client = await TestClient.connect(staying);
  expect(await client.join(show.showId, before.offset)).toMatchObject({ ok: true, recovered: true });
  return { client, lines: () => [...before.lines, ...client.ticks.flatMap((tick) => tick.chat ?? [])] };
}

describe('a gateway that is stopped for a deploy', () => {
  it('lets its viewers go bit by bit, hands its room over, and nobody misses a line or hears one twice', async () => {
    const viewers = await Promise.all(Array.from({ length: VIEWERS }, () => TestClient.connect(leaving)));
    for (const viewer of viewers) expect(await viewer.join(show.showId)).toMatchObject({ ok: true });
    const talker = await TestClient.connect(staying, { as: testIdentity() });
    await talker.join(show.showId);
    const said: string[] = [];
    let talking = true;
    const talk = (async () => {
      while (talking) {
        const text = `line ${said.length}`;
        const reply = await talker.say(show.showId, text);
        if (reply.ok) said.push(text);
        else await new Promise((resolve) => setTimeout(resolve, reply.retryAfterMs ?? 100));
      }
    })();
    await viewers[0]?.until('the first line came', () => (viewers[0]?.lines.length ?? 0) > 0);

    const stopped = leaving.stop();
    const letGo = (): number => viewers.filter(({ socket }) => socket.disconnected).length;
    await viewers[0]?.until('the first were let go', () => letGo() > 0);
    expect(letGo()).toBeLessThan(VIEWERS);
    const returned = await Promise.all(viewers.map(comeBack));
    await stopped;
    talking = false;
    await talk;
    for (const { client, lines } of returned) {
      await client.until('it has heard the last line', () => lines().at(-1)?.text === said.at(-1));
      expect(lines().map(({ text }) => text)).toEqual(said);
    }
  }, 60_000);
});
