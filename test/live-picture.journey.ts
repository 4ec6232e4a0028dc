import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPublisher, type SyntheticPublisher } from '#testing';
import type { Browser } from 'playwright-core';
import { logInBy, newVisitor, openBrowser, pictureOf } from './support/browser.ts';
import { signUp, until } from './support/people.ts';
import { setStage, streamKey, untilShow, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl, rtmpUrl } = theSystem();
let browser: Browser;
let stage: Stage;
let key: string;
let publisher: SyntheticPublisher;

const publish = (): SyntheticPublisher => startPublisher({ url: `${rtmpUrl}/${key}` });

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Live picture', units: 0 });
  key = (await streamKey(stage)).streamKey;
}, 60_000);

afterAll(async () => {
  await publisher?.kill();
  await browser?.close();
});

describe('a live show', () => {
  it('goes from the publisher to moving pictures with sound in a browser that came before it began', async () => {
    const { page, errors } = await newVisitor(browser, siteUrl);
    await page.goto(`/shows/${stage.show.showId}`);
    await page.getByRole('heading', { name: 'Live picture' }).first().waitFor();
    publisher = publish();
    await untilShow(stage, 'live');
    const first = await until('frames are decoded', async () => {
      const picture = await pictureOf(page).catch(() => undefined);
      return picture && picture.frames > 0 ? picture : undefined;
    });
    const later = await until('150 more frames are decoded', async () => {
      const picture = await pictureOf(page);
      return picture.frames >= first.frames + 150 ? picture : undefined;
    });
    expect(later.currentTime).toBeGreaterThan(first.currentTime);
    expect(later.audioBytes).toBeGreaterThan(first.audioBytes);
    expect(later.paused).toBe(false);
    expect(errors).toEqual([]);
    await page.context().close();
  }, 90_000);

  it('stands on the home page for somebody without an account, and plays from there', async () => {
    const { page } = await newVisitor(browser, siteUrl);
    await page.goto('/');
    await page
      .getByRole('link', { name: /Live picture/ })
      .first()
      .click();
    await until('the picture moves', async () => (await pictureOf(page)).frames > 30);
    await page.context().close();
  }, 60_000);

  it('goes on by itself when its publisher dies and comes back', async () => {
    const { page, errors } = await newVisitor(browser, siteUrl);
    await page.goto(`/shows/${stage.show.showId}`);
    await until('the picture moves', async () => (await pictureOf(page)).frames > 60);
    await publisher.kill();
    await untilShow(stage, 'paused');
    await page.getByText('Be right back').first().waitFor();
    publisher = publish();
    await untilShow(stage, 'live');
    const before = await pictureOf(page);
    await until(
      'the picture goes on without a click',
      async () => {
        const now = await pictureOf(page);
        return now.frames > before.frames + 150 && now.currentTime > before.currentTime && !now.paused;
      },
      40_000,
    );
    await page.getByText('LIVE', { exact: true }).first().waitFor();
    expect(errors).toEqual([]);
    await page.context().close();
  }, 120_000);

  it('can be made private: its people watch on at signed addresses, others are told so in plain words', async () => {
    const path = `/shows/${stage.show.showId}`;
    const [outsider, insider, newcomer] = await Promise.all(
      [1, 2, 3].map(() => newVisitor(browser, siteUrl)),
    );
    if (!outsider || !insider || !newcomer) throw new Error('three visitors were asked for');
    await outsider.page.goto(path);
    await until('the outsider sees it', async () => (await pictureOf(outsider.page)).frames > 30);

    await logInBy(insider.page, stage.owner);
    await insider.page.goto(`/studio/shows/${stage.show.showId}`);
    await insider.page.getByRole('button', { name: 'Edit show' }).click();
    const dialog = insider.page.getByRole('dialog', { name: 'Edit show' });
    await dialog.getByLabel('Who sees it').selectOption('private');
    await dialog.getByRole('button', { name: 'Save show' }).click();
    await dialog.waitFor({ state: 'detached' });
    await outsider.page.getByText('This show is private').waitFor({ timeout: 60_000 });

    const asked: string[] = [];
    insider.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await insider.page.goto(path);
    await until('its people see it', async () => (await pictureOf(insider.page)).frames > 60, 40_000);
    const media = asked.filter((address) => /^\/hls\/.*\.(m3u8|m4s)$/.test(address));
    expect(media.filter((address) => !address.startsWith('/hls/~'))).toEqual([]);

    await logInBy(newcomer.page, await signUp(siteUrl, 'Nora Newcomer'));
    await newcomer.page.goto(path);
    await newcomer.page.getByText('There is no such show').waitFor();
    expect([...outsider.errors, ...insider.errors, ...newcomer.errors]).toEqual([]);
  }, 120_000);
});
