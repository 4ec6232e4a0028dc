import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPublisher, type SyntheticPublisher } from '#testing';
import type { Browser, Page } from 'playwright-core';
import { logInBy, newVisitor, openBrowser } from './support/browser.ts';
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
    expect(hostErrors).toEqual([]);
  }, 150_000);
});

/** What the viewer is asked to pay for the product on stage. */
const offered = (price: string): Promise<void> =>
  viewer
    .getByRole('status', { name: 'On stage' })
    .getByRole('button', { name: `Buy ${MUG} for ${price}` })
    .waitFor();
