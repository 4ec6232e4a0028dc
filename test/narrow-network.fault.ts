import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { newVisitor, openBrowser, pictureOf, untilPicture } from './support/browser.ts';
import { until } from './support/people.ts';
import { setStage, streamKey, untilShow } from './support/stage.ts';
import { startSteadyPublisher, type SteadyPublisher } from './support/steady-publisher.ts';
import { startSystem, type System } from './support/system.ts';

jest.setTimeout(240_000);

/** Too little for the 720p source, enough for the smallest rung and the sound. */
const NARROW_BYTES_PER_S = 150_000;
const ANY = -1;

let system: System;
let publisher: SteadyPublisher;
let browser: Browser;
let page: Page;
let errors: string[];

beforeAll(async () => {
  system = await startSystem();
  const stage = await setStage(system.siteUrl, { title: 'A narrow network', units: 0 });
  const { streamKey: key } = await streamKey(stage);
  const url = `rtmp://127.0.0.1:${system.rtmpPort}/live/${key}`;
  publisher = startSteadyPublisher({ url, size: '1280x720', frameRate: 15, videoKbps: 2_500 });
  await untilShow(stage, 'live', 60_000);
  browser = await openBrowser();
  ({ page, errors } = await newVisitor(browser, system.siteUrl));
  // Large enough that the size of the page never asks for a smaller picture.
  await page.setViewportSize({ width: 1_920, height: 1_080 });
  await page.goto(`/shows/${stage.show.showId}`);
});

afterAll(async () => {
  await browser?.close();
  await publisher?.stop();
  await system?.stop();
});

describe('a viewer whose network', () => {
  it('gets narrow is given a smaller picture that moves, and the large one when it is wide again', async () => {
    await untilPicture(page, 'the large one', ({ width }) => width === 1_280);
    const network = await page.context().newCDPSession(page);
    const throttle = (downloadThroughput: number) =>
      network.send('Network.emulateNetworkConditions', {
        ...{ offline: false, latency: 20, uploadThroughput: ANY, downloadThroughput },
      });
    await throttle(NARROW_BYTES_PER_S);
    await untilPicture(page, 'a smaller one', ({ width }) => width < 1_280);
    const { frames } = await pictureOf(page);
    await until('the smaller picture moves', async () => (await pictureOf(page)).frames > frames + 60);
    await throttle(ANY);
    await untilPicture(page, 'the large one again', ({ width }) => width === 1_280);
    expect(errors).toEqual([]);
  });
});
