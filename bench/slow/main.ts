import { LIVE_PATH, LIVE_PROTOCOL_VERSION } from '#contracts';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { leaveFirstCore } from '../realtime/child.ts';
import { CROWD, percentile, startCrowd } from '../realtime/crowd.ts';
import { addressOf, newTally, RawViewer, seatViewers, type RawOptions } from '../realtime/raw-viewer.ts';
import { setStage } from '../realtime/stage.ts';

// One viewer in twenty reads 1 KB/s of a lively room's 25: what the others notice, and what it costs the server. The slow ones come
// with an old offset and ask for what they missed several times, so that their connections are full at once.
// npm run bench slow -- [--viewers 1000] [--seconds 10]

const { values } = parseArgs({
  options: { viewers: { type: 'string', default: '1000' }, seconds: { type: 'string', default: '10' } },
});
const viewers = Number(values.viewers);
const seconds = Number(values.seconds);
const slow = Math.round(viewers / 20);
const BYTES_PER_S = 1_024;
const JOINS = 6;

const stage = await setStage();
leaveFirstCore();
try {
  const chat = await stage.startChat();
  const tally = newTally();
  const slowTally = newTally();
  const optionsOf = (index: number, offset: string, of: typeof tally): RawOptions => ({
    port: Number(new URL(chat.url).port),
    path: LIVE_PATH,
    hello: `40{"v":${LIVE_PROTOCOL_VERSION}}`,
    join: `420["m",{"op":"join","showId":"${stage.showId}"${offset}}]`,
    address: addressOf(index),
    compressed: false,
    tally: of,
  });
  const crowd = await startCrowd(chat.url, stage.showId, 'live');
  const healthy = await seatViewers(viewers, (index) => optionsOf(index, '', tally));
  await delay(4_000);
  crowd.reset();
  await delay(seconds * 1_000);
  const before = { p99: percentile(crowd.delaysMs, 0.99), rssKb: await chat.rssKb() };

  const tick = crowd.lastTick();
  if (!tick) throw new Error('the room is silent');
  const offset = `,"offset":{"epoch":"${tick.epoch}","n":1}`;
  const sippers = await Promise.all(
    Array.from({ length: slow }, async (_, index) => {
      const viewer = new RawViewer(optionsOf(viewers + index, offset, slowTally));
      await viewer.joined;
      viewer.sip(BYTES_PER_S);
      for (let join = 1; join < JOINS; join += 1) viewer.joinAgain();
      return viewer;
    }),
  );
  await delay(1_000);
  const frames = tally.frames;
  crowd.reset();
  await delay(seconds * 1_000);
  const after = { p99: percentile(crowd.delaysMs, 0.99), rssKb: await chat.rssKb() };
  const result = {
    bench: 'slow',
    viewers,
    slow,
    p99_ms: Math.round(before.p99),
    p99_with_slow_ms: Math.round(after.p99),
    ratio: Math.round((after.p99 / before.p99) * 100) / 100,
    complete: Math.round(((tally.frames - frames) / (crowd.ticksHeard() * viewers)) * 1_000) / 1_000,
    cut_off: slow - openOf(await sockets(chat.url), viewers),
    memory_mb: Math.round(before.rssKb / 1_024),
    memory_with_slow_mb: Math.round(after.rssKb / 1_024),
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
  crowd.stop();
  for (const viewer of [...healthy, ...sippers]) viewer.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await stage.stop();
}

/** Sockets that the server has open. */
async function sockets(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^chat_sockets(?:\{[^}]*\})? (\d+)/m.exec(metrics)?.[1]);
}

/** Slow ones among the open sockets: the crowd and the healthy viewers stay. */
function openOf(open: number, seated: number): number {
  return Math.max(0, open - seated - CROWD);
}
