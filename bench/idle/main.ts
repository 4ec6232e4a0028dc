import { LIVE_PATH, LIVE_PROTOCOL_VERSION } from '#contracts';
import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { leaveFirstCore, type Measured } from '../realtime/child.ts';
import { addressOf, newTally, seatViewers } from '../realtime/raw-viewer.ts';
import { setStage } from '../realtime/stage.ts';

// Memory that a connection takes in the server while nothing happens: resident memory after a collection of garbage, with and
// without the connections. npm run bench idle -- [--connections 10000]

const { values } = parseArgs({ options: { connections: { type: 'string', default: '10000' } } });
const connections = Number(values.connections);
const WARM_UP = 500;

const stage = await setStage();
leaveFirstCore();
try {
  const chat = await stage.startChat();
  const plain = await measure(chat, true, false);
  await chat.stop();
  const negotiating = await stage.startChat();
  const compressed = await measure(negotiating, true, true);
  await negotiating.stop();
  const peer = await stage.startPeer();
  const stock = await measure(peer, false, false);
  await peer.stop();
  const result = {
    bench: 'idle',
    connections,
    kb_per_connection: plain,
    compressed_kb_per_connection: compressed,
    peer_kb_per_connection: stock,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  await stage.stop();
}

async function measure(server: Measured, live: boolean, compressed: boolean): Promise<number> {
  const tally = newTally();
  const seat = (count: number, from: number) =>
    seatViewers(count, (index) => ({
      port: Number(new URL(server.url).port),
      path: live ? LIVE_PATH : '/socket.io/',
      hello: live ? `40{"v":${LIVE_PROTOCOL_VERSION}}` : '40',
      join: live ? `420["m",{"op":"join","showId":"${stage.showId}"}]` : `420["join","${stage.showId}"]`,
      address: addressOf(from + index),
      compressed,
      tally,
    }));
  const warm = await seat(WARM_UP, 0);
  await delay(2_000);
  const before = await server.rssKb();
  const seated = await seat(connections, WARM_UP);
  await delay(3_000);
  const after = await server.rssKb();
  if (tally.joined < connections + WARM_UP) throw new Error(`only ${tally.joined} connections came in`);
  for (const viewer of [...warm, ...seated]) viewer.close();
  await delay(1_000);
  return Math.round(((after - before) / connections) * 100) / 100;
}
