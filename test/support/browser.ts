import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { PASSWORD, until, type Person } from './people.ts';

/** Where Debian and common desktops have Chromium. */
const EXECUTABLES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--autoplay-policy=no-user-gesture-required',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/** A headless Chromium that may play sound without a click. */
export async function openBrowser(): Promise<Browser> {
  const failures: unknown[] = [];
  for (const executablePath of EXECUTABLES) {
    try {
      return await chromium.launch({ executablePath, headless: true, args: FLAGS });
    } catch (error) {
      failures.push(error);
    }
  }
  throw new AggregateError(failures, 'no Chromium could be started');
}

/** A browser profile of its own, with every error of its pages collected. */
export async function newVisitor(
  browser: Browser,
  siteUrl: string,
): Promise<{ page: Page; errors: string[] }> {
  const context: BrowserContext = await browser.newContext({
    baseURL: siteUrl,
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, errors };
}

/** Logs `person` in through the log-in page, as they would themselves. */
export async function logInBy(page: Page, person: Pick<Person, 'email'>, password = PASSWORD): Promise<void> {
  await page.goto('/login');
  await page.getByLabel('E-mail address').fill(person.email);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL((url) => !url.pathname.startsWith('/login'));
}

/** What a playing video tells of itself. */
export interface Picture {
  frames: number;
  currentTime: number;
  width: number;
  paused: boolean;
  /** Bytes of sound decoded so far. */
  audioBytes: number;
}

/** The members of HTMLVideoElement that `pictureOf` reads; the tests are compiled without the DOM's types. */
interface VideoElement {
  currentTime: number;
  videoWidth: number;
  paused: boolean;
  webkitAudioDecodedByteCount?: number;
  getVideoPlaybackQuality(): { totalVideoFrames: number };
}

/** Reads the page's video element. */
export function pictureOf(page: Page): Promise<Picture> {
  return page
    .locator('video')
    .first()
    .evaluate((element) => {
      const video = element as unknown as VideoElement;
      return {
        frames: video.getVideoPlaybackQuality().totalVideoFrames,
        currentTime: video.currentTime,
        width: video.videoWidth,
        paused: video.paused,
        audioBytes: video.webkitAudioDecodedByteCount ?? 0,
      };
    });
}

/** Waits until the picture is as it should be; in vain, the failure tells how it was. */
export async function untilPicture(
  page: Page,
  what: string,
  check: (picture: Picture) => boolean,
): Promise<void> {
  await until(
    `the picture is ${what}`,
    async () => {
      const picture = await pictureOf(page);
      if (!check(picture)) throw new Error(JSON.stringify(picture));
      return true;
    },
    60_000,
  );
}
