import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { logInBy, newVisitor, openBrowser } from './support/browser.ts';
import { signUp } from './support/people.ts';
import { setStage, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl } = theSystem();
let browser: Browser;
let stage: Stage;

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Chatty show', units: 1 });
}, 60_000);

afterAll(() => browser?.close());

const say = async (page: Page, line: string): Promise<void> => {
  await page.getByRole('textbox', { name: 'Message' }).fill(line);
  await page.getByRole('button', { name: 'Send' }).click();
};

const chatOf = (page: Page) => page.getByRole('log', { name: 'Chat' });

describe('the chat of a show', () => {
  it('carries a line from one viewer to another and to whoever comes later', async () => {
    const address = `/shows/${stage.show.showId}`;
    const [ada, ben, late] = await Promise.all([1, 2, 3].map(() => newVisitor(browser, siteUrl)));
    if (!ada || !ben || !late) throw new Error('three visitors were asked for');
    await logInBy(ada.page, await signUp(siteUrl, 'Ada Viewer'));
    await ada.page.goto(address);
    await ben.page.goto(address);
    await chatOf(ben.page).waitFor();
    await say(ada.page, 'Does the mug go into the dishwasher?');
    await chatOf(ben.page).getByText('Does the mug go into the dishwasher?').waitFor();
    await chatOf(ben.page).getByText('Ada Viewer').first().waitFor();

    await ben.page.getByRole('button', { name: 'Chat as guest' }).click();
    await ben.page.getByLabel('Name').fill('Ben Guest');
    await ben.page.keyboard.press('Enter');
    await ben.page.getByRole('textbox', { name: 'Message' }).waitFor();
    await say(ben.page, 'Mine did.');
    await chatOf(ada.page).getByText('Mine did.').waitFor();

    await late.page.goto(address);
    await chatOf(late.page).getByText('Does the mug go into the dishwasher?').waitFor();
    await chatOf(late.page).getByText('Mine did.').waitFor();
    expect([...ada.errors, ...ben.errors, ...late.errors]).toEqual([]);
  }, 90_000);

  it('reaches a page behind a proxy that lets no WebSocket through', async () => {
    const cut = await newVisitor(browser, siteUrl);
    await cut.page.routeWebSocket(/\/live\//, (socket) => void socket.close());
    await cut.page.goto(`/shows/${stage.show.showId}`);
    await chatOf(cut.page).getByText('Mine did.').waitFor();
    const cy = await newVisitor(browser, siteUrl);
    await logInBy(cy.page, await signUp(siteUrl, 'Cy Viewer'));
    await cy.page.goto(`/shows/${stage.show.showId}`);
    await chatOf(cy.page).waitFor();
    await say(cy.page, 'Can everybody read this?');
    await chatOf(cut.page).getByText('Can everybody read this?').waitFor();
    expect(cut.errors).toEqual([]);
  }, 90_000);
});
