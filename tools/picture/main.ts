import { callEndpoint, listShowsEndpoint } from '#contracts';
import sharp from 'sharp';
import { parseArgs } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { logInBy, newVisitor, openBrowser, pictureOf } from '../../test/support/browser.ts';
import { until } from '../../test/support/people.ts';
import { startSystem, type System } from '../../test/support/system.ts';
import { DEMO_PASSWORD } from '../seed/demo-accounts.ts';

const USAGE = `Takes the README's picture of a show on air, docs/images/live-show.png, anew.

  npm run picture [-- --site http://localhost:8080] [--out <file>]

  --site  a running Showfloor with its demo show; without it one is started for the picture
  --out   another file
`;

const OUT = 'docs/images/live-show.png';
const SALE = 'Ten mugs, five minutes';
const PRODUCT = 'Wheel-thrown mug';
const GUESTS = [
  { name: 'Lena', line: 'Is the mug dishwasher safe?' },
  { name: 'Tom', line: 'Mine went through a hundred times, still perfect' },
  { name: 'Aiko', line: 'That glaze! Is there a set of four?' },
];
const LAST_LINE = 'Got one, thank you Mara';
/** Enough decoded pictures that the best rung is shown. */
const SETTLED_FRAMES = 240;

const { values } = parseArgs({
  options: { site: { type: 'string' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
});
if (values.help) process.stdout.write(USAGE);
else await takePicture(values.out ?? OUT, values.site?.replace(/\/$/, ''));

async function takePicture(out: string, runningSite: string | undefined): Promise<void> {
  let system: System | undefined;
  let browser: Browser | undefined;
  try {
    if (!runningSite) system = await startSystem({ demo: true });
    const siteUrl = runningSite ?? system?.siteUrl ?? '';
    browser = await openBrowser();
    const path = `/shows/${await showOnAir(siteUrl)}`;
    await startSale(browser, siteUrl, path);
    for (const guest of GUESTS) await chatAsGuest(browser, siteUrl, path, guest);
    const { page } = await newVisitor(browser, siteUrl);
    await logInBy(page, { email: 'viewer@demo.showfloor.test' }, DEMO_PASSWORD);
    await page.goto(path);
    await say(page, LAST_LINE);
    const onStage = page.getByRole('status', { name: 'On stage' });
    await onStage.getByRole('timer', { name: 'Flash sale ends in' }).waitFor();
    await until('the picture moves', async () => (await pictureOf(page)).frames > SETTLED_FRAMES, 60_000);
    const picture = await page.screenshot();
    await sharp(picture).png({ compressionLevel: 9, effort: 10 }).toFile(out);
    process.stdout.write(`${out} is new.\n`);
  } finally {
    await browser?.close();
    await system?.stop();
  }
}

/** The demo's show; shows of others on the same site are left alone. */
async function showOnAir(siteUrl: string): Promise<string> {
  const result = await callEndpoint(fetch, siteUrl, listShowsEndpoint, {
    query: { state: 'live', limit: 50 },
  });
  const show = result.ok && result.body.items.find(({ title }) => title.startsWith('Studio morning'));
  if (!show) throw new Error(`the demo show is not on air at ${siteUrl}: start it with npm start`);
  return show.showId;
}

/** As the host does it: the sale runs and its product is on stage. */
async function startSale(browser: Browser, siteUrl: string, path: string): Promise<void> {
  const { page } = await newVisitor(browser, siteUrl);
  await logInBy(page, { email: 'host@demo.showfloor.test' }, DEMO_PASSWORD);
  await page.goto(`/studio${path}`);
  const start = page.getByRole('button', { name: `Start sale ${SALE}`, exact: true });
  const running = page.getByRole('button', { name: `Stop sale ${SALE}` });
  await start.or(running).waitFor();
  if (await start.isVisible()) await start.click();
  await running.waitFor();
  const pin = page.getByRole('button', { name: `Pin ${PRODUCT}` });
  const pinned = page.getByRole('button', { name: 'Unpin' });
  if (!(await pinned.isVisible())) await pin.click();
  await pinned.waitFor();
  await page.context().close();
}

async function chatAsGuest(
  browser: Browser,
  siteUrl: string,
  path: string,
  { name, line }: { name: string; line: string },
): Promise<void> {
  const { page } = await newVisitor(browser, siteUrl);
  await page.goto(path);
  await page.getByRole('button', { name: 'Chat as guest' }).click();
  await page.getByLabel('Name').fill(name);
  await page.keyboard.press('Enter');
  await say(page, line);
  await page.context().close();
}

async function say(page: Page, line: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(line);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.getByRole('log', { name: 'Chat' }).getByText(line).waitFor();
}
