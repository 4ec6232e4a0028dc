import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { onAirScenePng } from '../seed/pictures/on-air-scene.ts';
import { seedDemo } from '../seed/seed-demo.ts';
import type { KeptKeys } from '../seed/seed-demo.ts';
import { startDemoPublisher } from './demo-publisher.ts';
import type { Logs } from './logs.ts';
import type { StartPlan } from './processes.ts';

/** From the first packet to the first playlist: connecting, one key frame, one segment; more on a busy machine. */
const ON_AIR_DEADLINE_MS = 60_000;
const POLL_MS = 250;

/** What the demo made, for the table. */
export interface Demo {
  showId: string;
  accounts: { role: string; email: string; password: string }[];
  /** What goes into OBS; the synthetic publisher has a key of its own. */
  obs: { server: string; streamKey: string };
  stop(): Promise<void>;
}

/** Makes the demo shop through the public API and puts its show on air; resolves when the show can be watched. */
export async function startDemo(plan: StartPlan, logs: Logs): Promise<Demo> {
  const siteUrl = `http://127.0.0.1:${plan.edgePort}`;
  const keysFile = join(plan.dataDir, 'demo-keys.json');
  const seeded = await seedDemo(siteUrl, readKeys(keysFile));
  writeKeys(keysFile, { publisherKey: seeded.publisherKey, spareKey: seeded.spareKey });
  const app = new URL(seeded.publisherKey.server).pathname;
  const server = `rtmp://127.0.0.1:${plan.rtmpPort}${app}`;
  const sceneFile = join(plan.dataDir, 'demo-scene.png');
  writeFileSync(sceneFile, await onAirScenePng());
  const publisher = startDemoPublisher({ server, streamKey: seeded.publisherKey.streamKey, sceneFile }, logs);
  await untilOnAir(`${siteUrl}/hls/${seeded.showId}/index.m3u8`, logs);
  return {
    showId: seeded.showId,
    accounts: seeded.accounts,
    obs: {
      server: `rtmp://${new URL(plan.publicUrl).hostname}:${plan.rtmpPort}${app}`,
      streamKey: seeded.spareKey.streamKey,
    },
    stop: () => publisher.stop(),
  };
}

async function untilOnAir(playlistUrl: string, logs: Logs): Promise<void> {
  const until = Date.now() + ON_AIR_DEADLINE_MS;
  while (Date.now() < until) {
    const answer = await fetch(playlistUrl, { signal: AbortSignal.timeout(10_000) }).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer?.ok) return;
    await delay(POLL_MS);
  }
  logs.say(
    `The demo show is not on air yet; ${logs.fileOf('demo-publisher')} and ${logs.fileOf('transcoder')} say why.`,
  );
}

/** A stream key is told once, when it is made; so it is kept for the next start. */
function readKeys(file: string): Partial<KeptKeys> {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<KeptKeys>) : {};
}

function writeKeys(file: string, keys: KeptKeys): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
