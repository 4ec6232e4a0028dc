import { cpus } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startPublisher } from '../../libs/testing/publisher.ts';
import { newVisitor, openBrowser, pictureOf } from '../../test/support/browser.ts';
import { until } from '../../test/support/people.ts';
import { setStage, streamKey, untilShow } from '../../test/support/stage.ts';
import { startSystem } from '../../test/support/system.ts';
import { delaysOf, MEASURE_IN_PAGE, type Measured } from '../../libs/testing/read-time-code.ts';

// Glass to glass through the whole running system: ffmpeg draws the wall clock into each frame of a 720p30 stream, Chromium
// reads it back from the pictures that the show page really shows, while the whole ladder is watched.
// npm run bench latency -- [--seconds 60]

const RUNGS = ['v480', 'v360'];
const KEEP_WATCHING_MS = 5_000;
/** The player settles at its distance from the live edge. */
const SETTLE_MS = 10_000;
const START_DEADLINE_MS = 60_000;

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const seconds = Number(values.seconds);
const stops: (() => unknown)[] = [];
try {
  process.stdout.write(`${JSON.stringify(await measure())}\n`);
} finally {
  for (const stop of stops.toReversed()) await stop();
}

async function measure(): Promise<Record<string, unknown>> {
  const system = await startSystem();
  stops.push(() => system.stop());
  const stage = await setStage(system.siteUrl, { title: 'Latency', units: 0 });
  const { streamKey: key } = await streamKey(stage);
  const url = `rtmp://127.0.0.1:${system.rtmpPort}/live/${key}`;
  const publisher = startPublisher({
    url,
    size: '1280x720',
    frameRate: 30,
    videoKbps: 2_500,
    timeCode: true,
  });
  stops.push(() => publisher.kill());
  await untilShow(stage, 'live', START_DEADLINE_MS);
  watchLadder(`${system.siteUrl}/hls/${stage.show.showId}`);

  const browser = await openBrowser();
  stops.push(() => browser.close());
  const { page, errors } = await newVisitor(browser, system.siteUrl);
  await page.goto(`/shows/${stage.show.showId}`);
  await until('the picture moves', async () => (await pictureOf(page)).frames > 30, START_DEADLINE_MS);
  await delay(SETTLE_MS);
  await page.evaluate(MEASURE_IN_PAGE);
  await delay(seconds * 1_000);
  const measured = (await page.evaluate('window.__latency')) as Measured;
  const delays = delaysOf(measured.frames).toSorted((a, b) => a - b);
  return {
    bench: 'latency',
    seconds,
    p50_ms: percentile(delays, 0.5),
    p95_ms: percentile(delays, 0.95),
    least_ms: percentile(delays, 0),
    stalls: measured.stalls,
    frames: measured.frames.length,
    unreadable: measured.others.length,
    widths: [...new Set(measured.frames.map(({ width }) => width))],
    page_errors: errors.length,
    machine: `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`,
  };
}

/** Keeps every encoded rung asked for, as viewers on worse networks would. */
function watchLadder(hlsUrl: string): void {
  const ask = (): void => {
    for (const rung of RUNGS)
      fetch(`${hlsUrl}/${rung}/live.m3u8`)
        .then((answer) => answer.text())
        .catch(() => undefined);
  };
  ask();
  const timer = setInterval(ask, KEEP_WATCHING_MS);
  stops.push(() => clearInterval(timer));
}

function percentile(sorted: number[], share: number): number | null {
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return value === undefined ? null : Math.round(value);
}
