import { LIVE_PATH, LIVE_PROTOCOL_VERSION } from '#contracts';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { leaveFirstCore } from '../realtime/child.ts';
import { startCrowd } from '../realtime/crowd.ts';
import { addressOf, newTally, RawViewer, seatViewers, type RawOptions } from '../realtime/raw-viewer.ts';
import { setStage } from '../realtime/stage.ts';

// Everybody loses the connection at once in the middle of a lively room and comes back within three seconds, each with the
// number of its last tick. While they come back people tap but do not talk: storing what is said is not what is counted. npm run bench reconnect -- [--clients 5000] [--within 3]

const { values } = parseArgs({
  options: { clients: { type: 'string', default: '5000' }, within: { type: 'string', default: '3' } },
});
const clients = Number(values.clients);
const withinMs = Number(values.within) * 1_000;
const AWAY_MS = 5_000;

const stage = await setStage();
leaveFirstCore();
try {
  const chat = await stage.startChat();
  const optionsOf = (index: number, offset: string): RawOptions => ({
    port: Number(new URL(chat.url).port),
    path: LIVE_PATH,
    hello: `40{"v":${LIVE_PROTOCOL_VERSION}}`,
    join: `420["m",{"op":"join","showId":"${stage.showId}"${offset}}]`,
    address: addressOf(index),
    compressed: false,
    tally,
  });
  let tally = newTally();
  const crowd = await startCrowd(chat.url, stage.showId, 'live');
  const first = await seatViewers(clients, (index) => optionsOf(index, ''));
  await delay(3_000);
  const tick = crowd.lastTick();
  if (!tick) throw new Error('the room is silent');
  for (const viewer of first) viewer.close();
  await delay(AWAY_MS - withinMs);
  crowd.hush();
  await delay(2_500);

  // What the database does by the clock while nobody comes back, over as long a time as the storm takes.
  const quiet = Math.min(await countTransactions(withinMs), await countTransactions(withinMs));
  tally = newTally();
  const cpuBefore = chat.cpuSeconds();
  const startedAt = performance.now();
  const storm = countTransactions(withinMs);
  const back = await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      await delay((index / clients) * withinMs);
      const viewer = new RawViewer(optionsOf(index, `,"offset":{"epoch":"${tick.epoch}","n":${tick.n}}`));
      await viewer.joined;
      return viewer;
    }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;
  const during = await storm;
  const result = {
    bench: 'reconnect',
    clients,
    recovered: tally.recovered,
    db_reads: Math.max(0, during - quiet),
    seconds: Math.round(seconds * 100) / 100,
    transactions_quiet: quiet,
    transactions_storm: during,
    cpu_seconds: Math.round((chat.cpuSeconds() - cpuBefore) * 100) / 100,
    faults: tally.faults,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
  crowd.stop();
  for (const viewer of back) viewer.close();
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await stage.stop();
}

async function countTransactions(ms: number): Promise<number> {
  const before = await stage.transactions();
  await delay(ms);
  return (await stage.transactions()) - before;
}
