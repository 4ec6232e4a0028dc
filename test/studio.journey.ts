import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPublisher, type SyntheticPublisher } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { logInBy, newVisitor, openBrowser } from './support/browser.ts';
import { until } from './support/people.ts';
import { planSale, setStage, streamKey, untilShow, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl, rtmpUrl } = theSystem();
const MUG = 'Desk show mug';
let browser: Browser;
let stage: Stage;
let host: Page;
let viewer: Page;
let publisher: SyntheticPublisher | undefined;
let hostErrors: string[];
let viewerErrors: string[];

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Desk show', units: 5 });
  ({ page: host, errors: hostErrors } = await newVisitor(browser, siteUrl));
  ({ page: viewer, errors: viewerErrors } = await newVisitor(browser, siteUrl));
  await logInBy(host, stage.owner);
  await viewer.goto(`/shows/${stage.show.showId}`);
  await viewer.getByRole('log', { name: 'Chat' }).waitFor();
}, 90_000);

afterAll(async () => {
  await publisher?.kill();
  await browser?.close();
});

describe('a running sale, from the control desk', () => {
  it('changes its price for everybody at once, and stops in an emergency', async () => {
    const { title } = await planSale(stage, { quantity: 3, amount: 990 });
    await host.goto(`/studio/shows/${stage.show.showId}`);
    await host.getByRole('button', { name: `Start sale ${title}`, exact: true }).click();
    await host.getByRole('button', { name: `Pin ${MUG}` }).click();
    await offered('€9.90');

    await host.getByRole('button', { name: `Change price of ${title}` }).click();
    const dialog = host.getByRole('dialog', { name: 'Change the price' });
    await dialog.getByLabel('New price').fill('7.5');
    await dialog.getByRole('button', { name: 'Set price' }).click();
    await offered('€7.50');

    const { page: late } = await newVisitor(browser, siteUrl);
    await late.goto(`/shows/${stage.show.showId}`);
    await offered('€7.50', late);
    await late.context().close();

    await host.getByRole('button', { name: `Emergency stop of ${title}` }).click();
    const asked = host.getByRole('dialog', { name: 'Stop the sale at once?' });
    await asked.getByLabel('Why').fill('The wrong mug');
    await asked.getByRole('button', { name: 'Stop the sale' }).click();
    await host
      .getByRole('group', { name: `Flash sale ${title}` })
      .getByText('Over')
      .waitFor();
    await offered('€24.00'); // the units are back on the shelf, at its price
    expect([...hostErrors, ...viewerErrors]).toEqual([]);
  }, 90_000);
});

describe('the stream, in the studio', () => {
  it('comes with advice about what the encoder does wrong, and with the figures of the moment', async () => {
    const { streamKey: key } = await streamKey(stage);
    const bad = { size: '320x180', frameRate: 10, videoKbps: 150, keyFrameIntervalS: 8, audio: false };
    publisher = startPublisher({ url: `${rtmpUrl}/${key}`, ...bad });
    await untilShow(stage, 'live', 60_000);
    const advice = host.getByRole('list', { name: 'Advice' });
    await advice.getByText(/key frame/i).waitFor({ timeout: 60_000 });
    await advice
      .getByText(/sound|audio/i)
      .first()
      .waitFor({ timeout: 60_000 });
    await host.getByRole('region', { name: 'Live figures' }).getByText('Watching').waitFor();
    await drawn('Viewers in the last ten minutes');
    await host.getByRole('link', { name: 'Figures' }).click();
    await drawn('Viewers by minute');
    await drawn('Orders and chat lines by minute');
    expect(hostErrors).toEqual([]);
  }, 150_000);
});

/** Waits until a chart shows more than one colour: its axes are drawn, and so is a line. */
function drawn(name: string): Promise<unknown> {
  const canvas = host.getByRole('img', { name }).locator('canvas');
  return until(`the chart “${name}” is drawn`, () =>
    canvas.evaluate(coloursOf).then((colours) => colours > 1),
  );
}

/** How many clearly different colours a canvas has; the tests are compiled without the DOM's types. */
function coloursOf(element: unknown): number {
  const canvas = element as {
    width: number;
    height: number;
    getContext(kind: '2d'): {
      getImageData(x: number, y: number, w: number, h: number): { data: Uint8ClampedArray };
    };
  };
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set<string>();
  for (let at = 0; at < data.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
    if (alpha > 200) seen.add([red >> 5, green >> 5, blue >> 5].join(' '));
  }
  return seen.size;
}

/** What a viewer is asked to pay for the product on stage. */
const offered = (price: string, page = viewer): Promise<void> =>
  page
    .getByRole('status', { name: 'On stage' })
    .getByRole('button', { name: `Buy ${MUG} for ${price}` })
    .waitFor();
