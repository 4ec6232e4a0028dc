import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { exportStockEndpoint, pathOf } from '#contracts';
import type { Browser, Locator, Page } from 'playwright-core';
import { logInBy, newVisitor, openBrowser } from './support/browser.ts';
import { pay } from './support/checkout-page.ts';
import { signUp } from './support/people.ts';
import { planSale, setStage, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl } = theSystem();
const MUG = 'Back office mug';
let browser: Browser;
let stage: Stage;
let page: Page;
let errors: string[];

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Back office', units: 4 });
  ({ page, errors } = await newVisitor(browser, siteUrl));
  await logInBy(page, stage.owner);
}, 90_000);

afterAll(() => browser?.close());

describe('the stock of a shop', () => {
  it('is received, corrected and moved, each unit explained, and says when it runs low', async () => {
    await page.goto('/dashboard/stock');
    await figure('available', 4);
    await stockRow().getByRole('button', { name: 'Change' }).click();
    const sheet = page.getByRole('dialog', { name: MUG });

    await sheet.getByLabel('Units that arrived').fill('5');
    await book(sheet);
    await figure('available', 9);

    await sheet.getByRole('tab', { name: 'Correct' }).click();
    await sheet.getByLabel('Change').fill('-2');
    await sheet.getByLabel('Reason').selectOption('damaged');
    await book(sheet);
    await figure('available', 7);

    await sheet.getByRole('tab', { name: 'Move' }).click();
    await sheet.getByLabel('Units to move').fill('3');
    await book(sheet);
    await figure('available', 4);
    await figure('onHand', 7);

    await sheet.getByRole('tab', { name: 'Alert' }).click();
    await sheet.getByLabel('Alert below').fill('5');
    await sheet.getByRole('button', { name: 'Save alert' }).click();
    await stockRow().getByText('Low').waitFor();
    await page.getByText('run low', { exact: true }).waitFor({ state: 'attached', timeout: 60_000 });

    await sheet.getByRole('link', { name: 'Every movement of it' }).click();
    const movements = page.getByRole('table', { name: 'Movements of stock, latest first' });
    const rows = movements.getByRole('row').filter({ hasText: MUG });
    await rows.filter({ hasText: 'Moved' }).first().waitFor();
    const damaged = rows.filter({ hasText: 'Damaged' });
    await damaged.getByText('Written off +2').waitFor();
    await damaged.getByRole('cell', { name: stage.owner.displayName }).waitFor();
    await rows.filter({ hasText: 'Received' }).first().getByText('Outside −5').waitFor();
    expect(errors).toEqual([]);
  }, 120_000);

  it('goes out as a file and comes in again, after a dry run that names every fault', async () => {
    await page.goto('/dashboard/stock');
    await page.getByRole('link', { name: 'Export CSV' }).waitFor();
    const file = await page.request.get(pathOf(exportStockEndpoint, { shopId: stage.shopId }));
    const text = await file.text();
    expect(text).toContain(MUG);
    await page.getByRole('button', { name: 'Import CSV' }).click();
    const dialog = page.getByRole('dialog', { name: 'Import stock' });

    await dialog.getByLabel('CSV file').setInputFiles(csv(text.replace(/,7(\r?\n)/, ',seven$1')));
    await dialog.getByText('Nothing was booked').waitFor();
    await dialog.getByRole('table', { name: 'Faults in the file' }).getByText('Inventory quantity').waitFor();
    expect(await dialog.getByRole('button', { name: /^Book/ }).isDisabled()).toBe(true);

    await dialog.getByLabel('CSV file').setInputFiles(csv(text.replace(/,7(\r?\n)/, ',12$1')));
    await dialog.getByRole('table', { name: 'What would change' }).getByText(MUG).waitFor();
    await figure('onHand', 7);
    await dialog.getByRole('button', { name: 'Book 1 change' }).click();
    await figure('onHand', 12);

    await page.getByRole('button', { name: 'Import CSV' }).click();
    const older = await page.getByRole('link', { name: 'with the older columns' }).getAttribute('href');
    const legacy = await (await page.request.get(older ?? '')).text();
    expect(legacy).toContain('Variant Inventory Qty');
    await dialog.getByLabel('CSV file').setInputFiles(csv(legacy.replace(/,12(\r?\n)/, ',13$1')));
    const change = dialog.getByRole('table', { name: 'What would change' }).getByRole('row', { name: MUG });
    await change.getByRole('cell', { name: '12', exact: true }).waitFor();
    await change.getByRole('cell', { name: '13', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await figure('onHand', 12);
    expect(errors).toEqual([]);
  }, 60_000);
});

describe('the console of a flash sale', () => {
  it('starts it, adds units, lets it run longer, and stops it in an emergency with a reason', async () => {
    const { saleId } = await planSale(stage, { quantity: 2, amount: 1_900 });
    await page.goto(`/dashboard/sales/${saleId}`);
    await page.getByRole('button', { name: 'Start sale' }).click();
    await page.getByText('On sale', { exact: true }).waitFor();
    await page.getByTestId('sale-available').getByText('2', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'One minute more' }).click();

    await page.getByRole('button', { name: 'Add units' }).click();
    const adding = page.getByRole('dialog', { name: 'Add units to the sale' });
    await adding.getByLabel('Units from the shelf').fill('1');
    await adding.getByRole('button', { name: 'Add units' }).click();
    await page.getByTestId('sale-available').getByText('3', { exact: true }).waitFor();

    await page.getByRole('button', { name: /^Emergency stop of/ }).click();
    const asked = page.getByRole('dialog', { name: 'Stop the sale at once?' });
    await asked.getByLabel('Why').fill('The wrong glaze');
    await asked.getByRole('button', { name: 'Stop the sale' }).click();
    await page.getByText('Stopped', { exact: true }).waitFor();
    await page.getByTestId('sale-available').getByText('0', { exact: true }).waitFor();
    expect(errors).toEqual([]);
  }, 60_000);
});

describe('an order', () => {
  it('is found by its buyer, shipped with a tracking number, and partly refunded', async () => {
    await buyOne('Olga Ordered');
    await page.goto('/dashboard/orders');
    await page.getByLabel('Search orders').fill('Olga');
    const row = page
      .getByRole('table', { name: 'Orders' })
      .getByRole('row')
      .filter({ hasText: 'Olga Ordered' });
    await row.getByText('Paid').waitFor();
    await row.getByRole('link').click();

    await page.getByRole('listitem').filter({ hasText: 'Order placed' }).waitFor();
    await page.getByRole('button', { name: 'Ship' }).click();
    const shipping = page.getByRole('dialog', { name: 'Ship goods' });
    await shipping.getByLabel('Carrier').fill('Parcel Post');
    await shipping.getByLabel('Tracking number').fill('PP-12345');
    await shipping.getByRole('button', { name: 'Mark as shipped' }).click();
    await page.getByText('PP-12345').waitFor();
    await page.getByRole('listitem').filter({ hasText: 'Handed to the carrier' }).waitFor();

    await page.getByRole('button', { name: 'Refund' }).click();
    const refund = page.getByRole('dialog', { name: 'Refund' });
    await refund.getByText('An amount').click();
    await refund.getByRole('textbox', { name: 'Amount' }).fill('5');
    await refund.getByLabel('Reason').selectOption('goodwill');
    await refund.getByRole('button', { name: 'Refund', exact: true }).click();
    await page.getByText('Refunded', { exact: true }).first().waitFor();
    await page.getByText('€5.00').first().waitFor();
    expect(errors).toEqual([]);
  }, 120_000);
});

/** The one row of the shop's stock; the header names its columns. */
const stockRow = (): Locator =>
  page.getByRole('table', { name: 'Stock' }).getByRole('row').filter({ hasText: MUG });

const figure = (name: string, value: number): Promise<void> =>
  stockRow().getByTestId(`stock-${name}`).getByText(String(value), { exact: true }).waitFor();

const csv = (text: string) => ({ name: 'stock.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

async function book(sheet: Locator): Promise<void> {
  await sheet.getByRole('button', { name: 'Book' }).click();
}

async function buyOne(name: string): Promise<void> {
  const { page: shop } = await newVisitor(browser, siteUrl);
  await logInBy(shop, await signUp(siteUrl, name));
  await shop.goto(`/shows/${stage.show.showId}`);
  await shop
    .getByRole('list', { name: 'Products in this show' })
    .getByRole('button', { name: new RegExp(MUG) })
    .click();
  await shop
    .getByRole('dialog', { name: 'Choose' })
    .getByRole('button', { name: /^Buy · / })
    .click();
  await pay(shop, name);
  await shop.context().close();
}
