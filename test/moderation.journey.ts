import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addMemberEndpoint } from '#contracts';
import type { Browser, Locator, Page } from 'playwright-core';
import { logInBy, newVisitor, openBrowser } from './support/browser.ts';
import { signUp, type Person } from './support/people.ts';
import { setStage, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl } = theSystem();
const errors: string[] = [];
let browser: Browser;
let stage: Stage;
let author: Page;
let reader: Page;
let moderator: Page;

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Moderated show', units: 0 });
  const mod = await signUp(siteUrl, 'Mo Derator');
  await stage.owner.call(addMemberEndpoint, {
    params: { shopId: stage.shopId },
    body: { userId: mod.userId, role: 'moderator' },
  });
  [author, reader, moderator] = await Promise.all([
    enter(await signUp(siteUrl, 'Ann Author'), showPath()),
    enter(await signUp(siteUrl, 'Rita Reader'), showPath()),
    enter(mod, `/studio/shows/${stage.show.showId}/moderation/reports`),
  ]);
}, 120_000);

afterAll(() => browser?.close());

describe('a line that a viewer reports', () => {
  const BAD = 'Cheap copies of this at my place';

  it('is removed by a moderator with its author muted: everybody loses it, the author is told, the audit shows it', async () => {
    await say(author, BAD);
    const seen = lineIn(reader, BAD);
    await seen.waitFor();
    await report(seen, BAD);

    const reports = moderator.getByRole('list', { name: 'Reports' });
    const row = reports.getByRole('listitem').filter({ hasText: BAD });
    await row.getByText('Scam').waitFor();
    await row.getByRole('button', { name: 'Mute and clear' }).click();

    await Promise.all([seen, lineIn(author, BAD)].map((line) => line.waitFor({ state: 'detached' })));
    await author.getByText('A moderator muted you').waitFor();
    await writingBox(author).waitFor({ state: 'detached' });
    await row.waitFor({ state: 'detached' });

    await moderator.getByRole('link', { name: 'Audit' }).click();
    await moderator
      .getByRole('table', { name: 'Audit' })
      .getByRole('row', { name: /Mo Derator timeout Ann Author/ })
      .first()
      .waitFor();
    expect(errors).toEqual([]);
  }, 120_000);

  it('and its author may write again once the mute is lifted', async () => {
    await moderator.getByRole('link', { name: 'Bans' }).click();
    await moderator.getByRole('button', { name: 'Lift for Ann Author' }).click();
    await writingBox(author).waitFor();
    await say(author, 'I will behave');
    await lineIn(reader, 'I will behave').waitFor();
    expect(errors).toEqual([]);
  }, 60_000);
});

describe('a line with a word that is to be held', () => {
  const HELD = 'Is the moonstone real?';

  it('waits in the queue, and everybody sees it once it is approved', async () => {
    await moderator.getByRole('link', { name: 'Words' }).click();
    await moderator.getByLabel('Word', { exact: true }).fill('moonstone');
    await moderator.getByLabel('Then').selectOption('hold');
    await moderator.getByRole('button', { name: 'Add word' }).click();
    await moderator.getByRole('button', { name: 'Remove moonstone' }).waitFor();

    await say(author, HELD);
    await author.getByText('Waits for a moderator').waitFor();
    await moderator.getByRole('link', { name: /^Queue/ }).click();
    const waiting = moderator.getByRole('list', { name: 'Lines in the queue' }).getByRole('listitem');
    await waiting.filter({ hasText: HELD }).waitFor();
    expect(await lineIn(reader, HELD).count()).toBe(0);
    await waiting.filter({ hasText: HELD }).getByRole('button', { name: 'Approve' }).click();
    await lineIn(reader, HELD).waitFor();
    await author.getByText('Waits for a moderator').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  }, 90_000);
});

describe('the shield', () => {
  it('lets guests only read and slows the others, until it comes down again', async () => {
    const { page: guest } = await newVisitor(browser, siteUrl);
    await guest.goto(showPath());
    await guest.getByRole('button', { name: 'Chat as guest' }).click();
    await guest.getByLabel('Name').fill('Gus Guest');
    await guest.keyboard.press('Enter');
    await writingBox(guest).waitFor();

    await moderator.getByRole('link', { name: 'Modes' }).click();
    await moderator.getByRole('button', { name: 'Raise shield' }).click();
    await moderator.getByRole('button', { name: 'Lower shield' }).waitFor();
    await writingBox(guest).waitFor({ state: 'detached' });
    await reader.getByText('Slow mode: 10 s').waitFor();

    await moderator.getByRole('button', { name: 'Lower shield' }).click();
    await writingBox(guest).waitFor();
    await reader.getByText('Slow mode: 10 s').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  }, 90_000);
});

const showPath = (): string => `/shows/${stage.show.showId}`;

async function enter(person: Person, path: string): Promise<Page> {
  const { page, errors: own } = await newVisitor(browser, siteUrl);
  page.on('pageerror', ({ message }) => errors.push(`${person.displayName}: ${message}`));
  errors.push(...own);
  await logInBy(page, person);
  await page.goto(path);
  return page;
}

const writingBox = (page: Page): Locator => page.getByRole('textbox', { name: 'Message' });

const lineIn = (page: Page, text: string): Locator =>
  page.getByRole('log', { name: 'Chat' }).getByRole('listitem').filter({ hasText: text });

async function say(page: Page, text: string): Promise<void> {
  await writingBox(page).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}

/** By the line's own menu, as a viewer does it. */
async function report(line: Locator, text: string): Promise<void> {
  await line.hover();
  await line.getByRole('button', { name: /^Options for the line of Ann Author/ }).click();
  await reader.getByRole('menuitem', { name: 'Report' }).click();
  const dialog = reader.getByRole('dialog', { name: 'Report this line' });
  await dialog.getByText(text).waitFor();
  await dialog.getByLabel('What is wrong with it?').selectOption('scam');
  await dialog.getByRole('button', { name: 'Send report' }).click();
  await reader.getByText('A moderator will look at it').waitFor();
}
