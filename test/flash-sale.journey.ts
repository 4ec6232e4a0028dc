import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getStockEndpoint, listShopOrdersEndpoint } from '#contracts';
import type { Browser, Page } from 'playwright-core';
import { order } from './support/live-command.ts';
import { logInBy, newVisitor, openBrowser } from './support/browser.ts';
import { pay } from './support/checkout-page.ts';
import { signUp, until } from './support/people.ts';
import { planSale, setStage, type Stage } from './support/stage.ts';
import { theSystem } from './support/system.ts';

const { siteUrl } = theSystem();
const BUYERS = 5;
const UNITS = 3;

let browser: Browser;
let stage: Stage;

beforeAll(async () => {
  browser = await openBrowser();
  stage = await setStage(siteUrl, { title: 'Flash show', units: UNITS });
}, 60_000);

afterAll(() => browser?.close());

describe('a flash sale of three units', () => {
  it('gives five buyers who press at once three orders and two clear answers, and the dashboard agrees', async () => {
    const { saleId, title } = await planSale(stage, { quantity: UNITS, amount: 990 });
    const buyers = await Promise.all(
      Array.from({ length: BUYERS }, (_, index) => openShow(`Buyer ${index + 1}`)),
    );
    await startAndPin(title);
    const buy = /^Buy Flash show mug for/;
    for (const page of buyers) await page.getByRole('button', { name: buy }).first().waitFor();
    await Promise.all(buyers.map(async (page) => page.getByRole('button', { name: buy }).first().click()));
    const outcomes = await Promise.all(buyers.map(outcomeOf));
    expect(outcomes.toSorted()).toEqual(['checkout', 'checkout', 'checkout', 'sold out', 'sold out']);

    const winners = buyers.filter((_, index) => outcomes[index] === 'checkout');
    await Promise.all(winners.map((page) => pay(page)));

    const { owner, shopId, variantId } = stage;
    await until('three orders are paid', async () => {
      const { items } = await owner.call(listShopOrdersEndpoint, {
        params: { shopId },
        query: { state: 'paid' },
      });
      return items.length === UNITS;
    });
    expect(await owner.call(getStockEndpoint, { params: { shopId, variantId } })).toMatchObject({
      available: 0,
      held: 0,
      sold: UNITS,
    });
    const { page, errors } = await newVisitor(browser, siteUrl);
    await logInBy(page, owner);
    await page.goto(`/dashboard/sales/${saleId}`);
    await page.getByTestId('sale-sold').getByText(String(UNITS), { exact: true }).waitFor();
    await page.getByTestId('sale-available').getByText('0', { exact: true }).waitFor();
    await page.goto('/dashboard/orders');
    await until(
      'the three orders stand in the list',
      async () => (await page.getByText('Paid').count()) >= UNITS,
    );
    expect(errors).toEqual([]);
  }, 180_000);
});

describe('a hold left alone', () => {
  it('expires, and its unit can be bought by somebody else', async () => {
    const own = await setStage(siteUrl, { title: 'Patience show', units: 1 });
    const ada = await openShow('Ada Slow', own);
    const ben = await openShow('Ben Next', own);
    await until('the mug is pinned', async () => {
      await pin(own);
      return true;
    });
    await takeOne(ada, 'Patience show mug');
    expect(await outcomeOf(ada)).toBe('checkout');
    await ben
      .getByRole('button', { name: /^Sold out: Patience show mug|^Buy Patience show mug/ })
      .first()
      .waitFor();
    const stockIs = (available: number, held: number) => async () => {
      const { owner, shopId, variantId } = own;
      const stock = await owner.call(getStockEndpoint, { params: { shopId, variantId } });
      return stock.available === available && stock.held === held;
    };
    await until('the unit is held', stockIs(0, 1));
    await until('the unit comes back to the shelf', stockIs(1, 0), 90_000);
    await ada.getByRole('dialog', { name: 'Time is up' }).waitFor();
    await takeOne(ben, 'Patience show mug');
    expect(await outcomeOf(ben)).toBe('checkout');
    await pay(ben);
  }, 180_000);
});

async function openShow(name: string, { show }: Stage = stage): Promise<Page> {
  const { page } = await newVisitor(browser, siteUrl);
  await logInBy(page, await signUp(siteUrl, name));
  await page.goto(`/shows/${show.showId}`);
  await page.getByRole('log', { name: 'Chat' }).waitFor();
  return page;
}

async function pin({ owner, show, product }: Stage, saleId?: string): Promise<void> {
  const command = { type: 'pin', productId: product.productId, ...(saleId ? { saleId } : {}) } as const;
  await order(siteUrl, owner, show.showId, command);
}

/** The host, in the studio: starts the sale and pins its product. */
async function startAndPin(title: string): Promise<void> {
  const { page } = await newVisitor(browser, siteUrl);
  await logInBy(page, stage.owner);
  await page.goto(`/studio/shows/${stage.show.showId}`);
  await page.getByRole('button', { name: `Start sale ${title}`, exact: true }).click();
  await page.getByRole('button', { name: `Stop sale ${title}` }).waitFor();
  await page.getByRole('button', { name: 'Pin Flash show mug' }).click();
  await page.getByRole('button', { name: 'Unpin' }).waitFor();
  await page.context().close();
}

async function takeOne(page: Page, title: string): Promise<void> {
  await page
    .getByRole('button', { name: new RegExp(`^Buy ${title} for`) })
    .first()
    .click();
}

async function outcomeOf(page: Page): Promise<string> {
  const checkout = page.getByRole('dialog', { name: 'Checkout' });
  const refused = page.getByRole('dialog', { name: 'Not this time' });
  await checkout.or(refused).waitFor();
  if (await checkout.isVisible()) return 'checkout';
  await refused.getByText('Sold out').first().waitFor();
  return 'sold out';
}
