import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { exportStockEndpoint, importStockEndpoint, listMovementsEndpoint, type Identity } from '#contracts';
import { tokenOf } from '#testing';
import { newBuyer, startCheckoutAlone, type CheckoutHarness, type SeededShop } from './checkout-harness.ts';

/** A busy machine is slow; nothing here depends on speed. */
jest.setTimeout(60_000);

let app: CheckoutHarness;
let shop: SeededShop;
beforeAll(async () => {
  app = await startCheckoutAlone();
  shop = await app.seedShop();
}, 120_000);
afterAll(() => app.stop(), 60_000);

const HEADER = 'URL handle,Title,SKU,Price,Inventory quantity';
const fileOf = (first: unknown, second: unknown) =>
  `${HEADER}\na,A,SKU-1,10.00,${first}\nb,B,SKU-2,25.00,${second}\n`;

async function send(
  text: string,
  query: { dryRun?: boolean; again?: boolean } = {},
  as: Identity = shop.owner,
) {
  const search = new URLSearchParams(JSON.parse(JSON.stringify(query)) as Record<string, string>);
  const path = importStockEndpoint.path.replace(':shopId', shop.shopId);
  const answer = await fetch(`${app.url}/api/checkout${path}?${search}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await tokenOf(as)}`, 'content-type': 'text/csv' },
    body: text,
  });
  return (await answer.json()) as Record<string, unknown>;
}

async function units(): Promise<number[]> {
  const rows = await app.query<{ amount: number }>(
    `SELECT coalesce(sum(b.amount), 0)::integer AS amount FROM variants v
     LEFT JOIN balances b ON b.variant_id = v.id AND b.account NOT IN ('inbound', 'shrink')
     WHERE v.shop_id = $1 GROUP BY v.sku ORDER BY v.sku`,
    [shop.shopId],
  );
  return rows.map((row) => row.amount);
}

describe('stock files over HTTP', () => {
  it('show what would change, change it, and change nothing when sent again', async () => {
    expect(await send(fileOf(5, 7), { dryRun: true })).toMatchObject({
      dryRun: true,
      changed: 2,
      faults: [],
    });
    expect(await units()).toEqual([0, 0]);
    expect(await send(fileOf(5, 7))).toMatchObject({
      repeated: false,
      dialect: 'shopify',
      changes: [
        { row: 2, sku: 'SKU-1', from: 0, to: 5 },
        { row: 3, sku: 'SKU-2', from: 0, to: 7 },
      ],
    });
    expect(await units()).toEqual([5, 7]);
    expect(await send(fileOf(5, 7))).toMatchObject({ repeated: true });
    expect(await units()).toEqual([5, 7]);
    expect(await send(fileOf(2, 7), {})).toMatchObject({ changed: 1, unchanged: 1 });
    expect(await units()).toEqual([2, 7]);
    expect(await send(fileOf(5, 7))).toMatchObject({ repeated: true });
    expect(await send(fileOf(5, 7), { again: true })).toMatchObject({ repeated: false, changed: 1 });
    expect(await units()).toEqual([5, 7]);
  });

  it('are taken in once when sent twice at the same moment', async () => {
    const before = await movements();
    const [first, second] = await Promise.all([send(fileOf(9, 9)), send(fileOf(9, 9))]);
    expect([first?.['repeated'], second?.['repeated']].toSorted()).toEqual([false, true]);
    expect(await units()).toEqual([9, 9]);
    expect(await movements()).toBe(before + 2); // one event that touches two variants
  });

  it('change nothing when a row is wrong', async () => {
    const before = await units();
    expect(await send(fileOf(1, 'many'))).toMatchObject({ code: 'csv_faulty', rows: [{ row: 3 }] });
    expect(await send(`${HEADER}\nx,X,NOT-OURS,1.00,3\n`)).toMatchObject({
      code: 'csv_faulty',
      rows: [{ row: 2, message: '"NOT-OURS" is no SKU of this shop' }],
    });
    expect(await send('"broken')).toMatchObject({ code: 'csv_unreadable' });
    expect(await send(fileOf(3, 3), {}, newBuyer())).toMatchObject({ code: 'forbidden' });
    expect(await units()).toEqual(before);
  });

  it.each(['shopify', 'shopify_legacy'] as const)(
    'come out in the %s dialect and go in again unchanged',
    async (dialect) => {
      const params = { shopId: shop.shopId };
      const file = await app.call(exportStockEndpoint, { params, query: { dialect } }, shop.owner);
      expect(file.ok).toBe(true);
      const text = file.ok ? String(file.body) : '';
      expect(text.split('\r\n')[0]).toContain(
        dialect === 'shopify' ? 'Inventory quantity' : 'Variant Inventory Qty',
      );
      expect(text).toContain('10.00');
      expect(await send(text)).toMatchObject({ dialect, changed: 0, unchanged: 2 });
    },
  );
});

async function movements(): Promise<number> {
  const listed = await app.call(
    listMovementsEndpoint,
    { params: { shopId: shop.shopId }, query: { limit: 100 } },
    shop.owner,
  );
  if (!listed.ok) throw new Error(JSON.stringify(listed.problem));
  return listed.body.items.length;
}
