import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { endShowEndpoint } from '#contracts';
import { startCaptionedPublisher, startPublisher, type CaptionedPublisher } from '#testing';
import type { Browser, Page } from 'playwright-core';
import {
  logInBy,
  newVisitor,
  openBrowser,
  pictureOf,
  untilPicture,
  type Picture,
} from './support/browser.ts';
import { order } from './support/live-command.ts';
import { chooseQuality, showControls } from './support/player-controls.ts';
import { signUp, until } from './support/people.ts';
import { setStage, streamKey, untilShow, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl, rtmpUrl } = theSystem();
const LINE = 'That glaze is lovely';
const LAST = 'Thank you, bye!';
const CAPTION = 'This glaze is food safe';
/** Far less than a tone takes, far more than silence. */
const SOUND_BYTES_PER_S = 2_000;
let browser: Browser;
let stage: Stage;
let key: string;
let publisher: CaptionedPublisher;
let page: Page;
let errors: string[];

/** Large enough for one encoded rung below it. */
const ENCODER = { size: '854x480', frameRate: 15, videoKbps: 600 };

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Player show', units: 3 });
  key = (await streamKey(stage)).streamKey;
  ({ page, errors } = await newVisitor(browser, siteUrl));
  await logInBy(page, await signUp(siteUrl, 'Vera Viewer'));
  await page.goto(`/shows/${stage.show.showId}`);
}, 90_000);

afterAll(async () => {
  await publisher?.kill();
  await browser?.close();
});

describe('the player of a live show', () => {
  it('gains the sound that the stream began without, on its own', async () => {
    publisher = startPublisher({ url: `${rtmpUrl}/${key}`, ...ENCODER, audio: false });
    await untilShow(stage, 'live');
    await moves('the picture moves without sound');
    const silent = await pictureOf(page);
    expect(silent.audioBytes / silent.currentTime).toBeLessThan(SOUND_BYTES_PER_S);
    await publisher.kill();
    await untilShow(stage, 'paused');
    publisher = await startCaptionedPublisher({
      port: Number(new URL(rtmpUrl).port),
      key,
      text: CAPTION,
      ...ENCODER,
    });
    await untilShow(stage, 'live');
    await soundIsHeard();
    await moves('and the picture still moves');
  }, 150_000);

  it('offers the captions inside the picture, and shows them only when asked', async () => {
    await showControls(page);
    const menu = page.getByRole('button', { name: 'Captions' });
    await menu.click();
    await page.getByRole('menuitemradio', { name: 'Off', checked: true }).waitFor();
    expect(await captionShown()).toBe('');
    await page.getByRole('menuitemradio', { name: 'Captions' }).click();
    await captionsAreShown();
  }, 90_000);

  it('changes the rung, leaves the picture away, and brings it back', async () => {
    await chooseQuality(page, '360p');
    // Nobody watched this rung before: the transcoder begins it now.
    await pictureIs('the small one', ({ width }) => width > 0 && width < 700);
    await captionsAreShown();
    await chooseQuality(page, '480p');
    await pictureIs('the large one', ({ width }) => width > 800);
    await chooseQuality(page, 'Audio only');
    await page.getByText('Audio only', { exact: true }).first().waitFor();
    await pictureIs('away', ({ width }) => width === 0);
    await soundIsHeard();
    await chooseQuality(page, 'Automatic');
    await moves('the picture is back');
  }, 150_000);

  it('goes back to the beginning and to the live edge again', async () => {
    await showControls(page);
    await page.getByText(/s behind$/).waitFor();
    await page.getByRole('button', { name: 'Watch from the start' }).click();
    const goLive = page.getByRole('button', { name: 'Go live' });
    await goLive.waitFor();
    await pictureIs('at the beginning', ({ currentTime }) => currentTime < 5);
    await moves('the beginning plays');
    await showControls(page);
    await goLive.click();
    await goLive.waitFor({ state: 'detached' });
    await moves('the live edge plays');
  }, 90_000);

  it('goes on in a corner while the viewer looks at other pages', async () => {
    await page.getByRole('link', { name: 'Showfloor, home' }).click();
    const mini = page.getByRole('region', { name: 'Mini-player' });
    await mini.waitFor();
    await moves('the small picture moves');
    await page.getByRole('link', { name: 'Orders' }).click();
    await page.waitForURL(/orders/);
    await moves('it moves on the next page too');
    await mini.getByRole('button', { name: 'Back to Player show' }).click();
    await page.getByRole('log', { name: 'Chat' }).waitFor();
    await mini.waitFor({ state: 'detached' });
    await moves('the show page plays again');
    expect(errors).toEqual([]);
  }, 90_000);
});

describe('the recording of a show that ended', () => {
  it('is offered to who saw the end, with the moments and the chat of the show', async () => {
    await say(LINE);
    await onStageFor(5);
    await say(LAST);
    const { owner, show } = stage;
    await owner.call(endShowEndpoint, { params: { showId: show.showId } });
    await publisher.exited;
    await page.getByText('The show is over').first().waitFor();
    await page.getByRole('button', { name: 'Watch again' }).click({ timeout: 60_000 });
    await page.getByText('Replay', { exact: true }).waitFor();
    await moves('the recording plays');

    const moment = page.getByRole('region', { name: 'Moments' }).getByRole('button').first();
    await moment.getByText('Player show mug').waitFor();
    const [, minutes, seconds] = /(\d+):(\d\d)/.exec((await moment.textContent()) ?? '') ?? [];
    const jumped = nextSeek();
    await moment.click();
    expect(Math.floor(await jumped)).toBe(Number(minutes) * 60 + Number(seconds));
    await page.getByRole('status', { name: 'On stage' }).getByText('Player show mug').waitFor();
    await page.getByRole('log', { name: 'Chat' }).getByText(LINE).waitFor();
    await page.getByRole('log', { name: 'Chat' }).getByText(LAST).waitFor({ timeout: 60_000 });
  }, 150_000);

  it('shows small pictures over the seek bar', async () => {
    await showControls(page);
    await page.getByRole('slider', { name: 'Position' }).hover();
    await page.locator('.seek-preview__picture').waitFor();
  }, 30_000);

  it('can be cut: a clip plays, is a file, and has an address of its own', async () => {
    await showControls(page);
    await page.getByRole('button', { name: 'Make a clip' }).click();
    const dialog = page.getByRole('dialog', { name: 'Make a clip' });
    await dialog.getByRole('button', { name: 'Begins earlier' }).waitFor();
    const href = await dialog.getByRole('link', { name: 'Download MP4' }).getAttribute('href');
    const answer = await page.request.get(href ?? '');
    expect([answer.status(), answer.headers()['content-type']]).toEqual([200, 'video/mp4']);
    expect((await answer.body()).subarray(4, 8).toString()).toBe('ftyp');

    const span = new URL(href ?? '', siteUrl).search;
    await page.goto(`/shows/${stage.show.showId}/clip${span}`);
    await page.getByRole('heading', { name: 'Player show' }).waitFor();
    await page.locator('video').evaluate((video) => void (video as unknown as { play(): void }).play());
    await moves('the clip plays');
    await page.getByRole('link', { name: 'Watch from here' }).click();
    await moves('the recording plays from there');
    expect(errors).toEqual([]);
  }, 120_000);
});

/** Waits until the picture has moved by a second's worth of frames. */
async function moves(what: string): Promise<void> {
  let first: Picture | undefined;
  await until(
    what,
    async () => {
      const now = await pictureOf(page);
      // Another element or a new player counts its frames from nothing.
      if (!first || now.frames < first.frames) first = now;
      return now.frames >= first.frames + 15 && !now.paused;
    },
    60_000,
  );
}

/** Where the next jump of the picture goes, in seconds. */
function nextSeek(): Promise<number> {
  return page
    .locator('video')
    .first()
    .evaluate(
      (element) =>
        new Promise<number>((resolve) => {
          const video = element as unknown as { currentTime: number } & EventTarget;
          video.addEventListener('seeked', () => resolve(video.currentTime), { once: true });
        }),
    );
}

const pictureIs = (what: string, check: (picture: Picture) => boolean): Promise<void> =>
  untilPicture(page, what, check);

/** Waits for a second of picture with a second's worth of sound. */
async function soundIsHeard(): Promise<void> {
  let first: Picture | undefined;
  await until(
    'sound is heard',
    async () => {
      const now = await pictureOf(page);
      if (!first || now.audioBytes < first.audioBytes || now.currentTime < first.currentTime) first = now;
      const seconds = now.currentTime - first.currentTime;
      if (seconds < 1) return false;
      if ((now.audioBytes - first.audioBytes) / seconds > SOUND_BYTES_PER_S) return true;
      first = now;
      return false;
    },
    60_000,
  );
}

/** The words that stand over the picture at this moment. */
function captionShown(): Promise<string> {
  return page
    .locator('video')
    .first()
    .evaluate((element) => {
      const { textTracks } = element as unknown as {
        textTracks: Iterable<{ mode: string; activeCues: ArrayLike<{ text: string }> | null }>;
      };
      const showing = [...textTracks].filter(({ mode }) => mode === 'showing');
      return showing.flatMap(({ activeCues }) => Array.from(activeCues ?? [], ({ text }) => text)).join(' ');
    });
}

function captionsAreShown(): Promise<unknown> {
  return until('the caption is shown', async () => (await captionShown()).includes(CAPTION), 60_000);
}

async function say(line: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(line);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('log', { name: 'Chat' }).getByText(line).waitFor();
}

/** Puts the product on stage for that many seconds of picture. */
async function onStageFor(seconds: number): Promise<void> {
  const { owner, show, product } = stage;
  await order(siteUrl, owner, show.showId, { type: 'pin', productId: product.productId });
  await page.getByRole('status', { name: 'On stage' }).getByText('Player show mug').waitFor();
  const { currentTime } = await pictureOf(page);
  await until('the product was on stage long enough', async () => {
    return (await pictureOf(page)).currentTime > currentTime + seconds;
  });
}
