import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { validateStream } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { commandOf, descendants, type MachineProcess } from '#servers';
import { newVisitor, openBrowser, pictureOf, untilPicture } from './support/browser.ts';
import { until } from './support/people.ts';
import { chooseQuality } from './support/player-controls.ts';
import { starterPid } from './support/processes.ts';
import { setStage, streamKey, untilShow, type Stage } from './support/stage.ts';
import { startSteadyPublisher, type SteadyPublisher } from './support/steady-publisher.ts';
import { bringShoppers, type Shoppers } from './support/shoppers.ts';
import { startSystem, type System } from './support/system.ts';
import { beginToWatch, seenThrough, untilNear, type Seen } from './support/watched-show.ts';

/** A cold start of everything and a picture through it, on processors that others use as well. */
jest.setTimeout(240_000);

const PLAYED_S = 40;

let system: System;
let stage: Stage;
let publisher: SteadyPublisher;
let browser: Browser;
let page: Page;
let errors: string[];
let shoppers: Shoppers;
const table: string[] = [];

beforeAll(async () => {
  system = await startSystem();
  stage = await setStage(system.siteUrl, { title: 'A show that does not die', units: 100 });
  const { streamKey: key } = await streamKey(stage);
  const url = `rtmp://127.0.0.1:${system.rtmpPort}/live/${key}`;
  publisher = startSteadyPublisher({ url, size: '854x480', frameRate: 15, videoKbps: 800, timeCode: true });
  await untilShow(stage, 'live', 60_000);
  shoppers = await bringShoppers(system.siteUrl, stage);
  browser = await openBrowser();
  ({ page, errors } = await newVisitor(browser, system.siteUrl));
  await page.goto(`/shows/${stage.show.showId}`);
  await until('the picture moves', async () => (await pictureOf(page)).frames > 60, 60_000);
  await beginToWatch(page);
  await seen('nothing at all', () => undefined);
});

afterAll(async () => {
  process.stderr.write(`\n${table.join('\n')}\n`);
  shoppers?.stop();
  await browser?.close();
  await publisher?.stop();
  await system?.stop();
});

describe('the stream of the whole system', () => {
  it('breaks no rule of low-latency HLS while it is played', async () => {
    const { breaches, figures } = await validateStream(
      `${system.siteUrl}/hls/${stage.show.showId}/index.m3u8`,
      PLAYED_S,
    );
    table.push(`Played for ${PLAYED_S} s: ${JSON.stringify(figures)}`);
    expect(breaches).toEqual([]);
  });
});

describe('somebody watches while', () => {
  it('every ffmpeg of the transcoder is killed, one of which makes the rung they watch', async () => {
    await chooseQuality(page, '360p');
    await untilPicture(page, 'the small one', ({ width }) => width > 0 && width < 700);
    await untilNear(page);
    const result = await seen('every ffmpeg of the transcoder killed', () => kill(isFfmpeg), 'v360');
    expect(result.sequenceKept).toBe(true);
    expect(errors).toEqual([]);
    await chooseQuality(page, 'Automatic');
    await untilPicture(page, 'the large one', ({ width }) => width > 800);
    await untilNear(page);
  });

  it.each<[string, (process: MachineProcess) => boolean]>([
    ['the transcoder', ({ pid }) => commandOf(pid).includes('dist/transcoder/')],
    ['the origin', ({ pid }) => commandOf(pid).includes('apps/origin/')],
    ['ingest', ({ pid }) => commandOf(pid).includes('apps/ingest/')],
    ['nginx', ({ pid }) => commandOf(pid).startsWith('nginx: master')],
  ])('%s is killed', async (who, isVictim) => {
    const result = await seen(`${who} killed`, () => kill(isVictim));
    expect(result.sequenceKept).toBe(true);
    expect(errors).toEqual([]);
  });

  it.each([5, 20])('the publisher is away for %i s', async (awayS) => {
    const result = await seen(`publisher away for ${awayS} s`, () => publisher.away(awayS * 1_000));
    expect(result).toMatchObject({ sequenceKept: true, slateAfterS: expect.any(Number) });
    expect(errors).toEqual([]);
  });
});

const isFfmpeg = ({ name }: MachineProcess): boolean => name === 'ffmpeg';

/** Kills those of the system's processes that `isVictim` finds; there must be one. */
function kill(isVictim: (process: MachineProcess) => boolean): void {
  // The publisher is an ffmpeg too, but a child of this test's.
  const victims = descendants(starterPid(system.dataDir)).filter(isVictim);
  expect(victims.length).toBeGreaterThan(0);
  for (const { pid } of victims) process.kill(pid, 'SIGKILL');
}

/** Watches through trouble while others talk and buy, and notes a line of the table. */
async function seen(
  what: string,
  trouble: () => Promise<unknown> | unknown,
  rendition = 'source',
): Promise<Seen> {
  const playlist = `${system.siteUrl}/hls/${stage.show.showId}/${rendition}/live.m3u8`;
  const [result, { heardS, paidS }] = await Promise.all([
    seenThrough(page, playlist, trouble),
    shoppers.shopAround(),
  ]);
  const nearAfterS = await untilNear(page);
  const { recoveredS, stalledS, longestStallS, slateAfterS, sequenceKept, delayS } = result;
  const slate = slateAfterS === undefined ? 'no' : `after ${slateAfterS} s`;
  table.push(
    `| ${what} | ${stalledS} s (longest ${longestStallS} s) | ${slate} | ${recoveredS} s | ${sequenceKept ? 'kept' : 'broken'} | ${delayS} s | ${nearAfterS} s | ${heardS} s | ${paidS} s |`,
  );
  return result;
}
