import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from '../seed/demo-accounts.ts';

// npm run picture: takes README's picture of the demo show from a running `npm start`.
const { values } = parseArgs({
  options: {
    site: { type: 'string', default: 'http://localhost:8080' },
    to: { type: 'string', default: 'docs/images/live-show.png' },
  },
});

const WIDTH = 1440;
const HEIGHT = 900;
/** Past the start: the picture is steady, the pin has been reached, the controls have faded. */
const FRAMES = 240;

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
if (!executablePath) throw new Error('The picture needs Chromium: apt-get install chromium');
const viewer = DEMO_ACCOUNTS.find(({ role }) => role === 'viewer');
const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required', '--disable-background-networking'],
});
try {
  const page = await browser.newPage({ baseURL: values.site, viewport: { width: WIDTH, height: HEIGHT } });
  await page.goto('/login');
  await page.getByLabel('E-mail address').fill(viewer?.email ?? '');
  await page.getByLabel('Password', { exact: true }).fill(DEMO_PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
  await page.waitForURL((url) => url.pathname === '/');
  await page
    .getByRole('link', { name: /Watch and shop/ })
    .first()
    .click();
  await page.waitForFunction(
    `document.querySelector('video')?.getVideoPlaybackQuality().totalVideoFrames > ${FRAMES}`,
  );
  await mkdir(dirname(values.to), { recursive: true });
  await sharp(await page.screenshot())
    .png({ palette: true, quality: 90 })
    .toFile(values.to);
  console.log(`Saved ${values.to}`);
} finally {
  await browser.close();
}
