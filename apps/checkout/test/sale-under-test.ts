import { expect } from '@jest/globals';
import {
  placeHoldsEndpoint,
  receiveStockEndpoint,
  startSaleEndpoint,
  type CallResult,
  type Identity,
  type ReplyOf,
} from '#contracts';
import { newId } from '#process';
import { eventually, patiently, type CheckoutHarness, type SeededShop } from './checkout-harness.ts';

/** The shortest time a hold may have; tests that wait for its end wait this long. */
export const SHORT_TTL_MS = 1_000;

/** A flash sale on air. */
export interface SaleUnderTest {
  shop: SeededShop;
  saleId: string;
  variantId: string;
}

/** A flash sale of `quantity` units on air, from a shelf of `quantity` and `spare` more. */
export async function runningSale(
  app: CheckoutHarness,
  quantity: number,
  options: { ttlMs?: number; limit?: number; spare?: number } = {},
): Promise<SaleUnderTest> {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  const body = { changeId: newId(), quantity: quantity + (options.spare ?? 0) };
  await patiently(
    app,
    receiveStockEndpoint,
    { params: { shopId: shop.shopId, variantId }, body },
    shop.owner,
  );
  const saleId = await shop.plan({
    items: [{ variantId, quantity, price: 500 }],
    durationS: 600,
    limitPerBuyer: options.limit ?? 5,
  });
  if (options.ttlMs)
    await app.query('UPDATE sales SET hold_ttl_ms = $2 WHERE id = $1', [saleId, options.ttlMs]);
  const started = await patiently(
    app,
    startSaleEndpoint,
    { params: { saleId }, body: { commandId: newId() } },
    shop.owner,
  );
  expect(started).toMatchObject({ ok: true, body: { state: 'open' } });
  return { shop, saleId, variantId };
}

export function place(
  app: CheckoutHarness,
  { saleId, variantId }: SaleUnderTest,
  buyer: Identity,
  holdId: string = newId(),
  quantity = 1,
): Promise<CallResult<ReplyOf<typeof placeHoldsEndpoint>>> {
  const holds = [{ holdId, saleId, lines: [{ variantId, quantity }] }];
  return app.call(placeHoldsEndpoint, { body: { holds } }, buyer);
}

/** Claims units as a page does, which asks again with the same id when a busy machine could not answer. */
export async function held(
  app: CheckoutHarness,
  sale: SaleUnderTest,
  buyer: Identity,
  holdId: string = newId(),
  quantity = 1,
): Promise<void> {
  const placed = await eventually(async () => {
    const answer = await place(app, sale, buyer, holdId, quantity);
    return (answer.ok || answer.status < 500) && answer;
  });
  expect(placed).toMatchObject({ status: 201 });
}

/** "available held sold" of a sale, as its engine and as Postgres have them. */
export async function counters(
  app: CheckoutHarness,
  { saleId, variantId }: Pick<SaleUnderTest, 'saleId' | 'variantId'>,
): Promise<{ engine: string; booked: string }> {
  const sale = await app.parts.gate.refresh(saleId);
  const snapshot = sale && (await app.parts.gate.storeOf(sale.engine).read(sale, [variantId]));
  const engine = snapshot && 'variants' in snapshot ? snapshot.variants[0] : undefined;
  const rows = await app.query<{ account: string; amount: number }>(
    'SELECT account, amount FROM balances WHERE variant_id = $1',
    [variantId],
  );
  const of = (name: string): number => rows.find((row) => row.account === `${name}:${saleId}`)?.amount ?? 0;
  return {
    engine: `${engine?.available} ${engine?.held} ${engine?.sold}`,
    booked: `${of('sale')} ${of('held')} ${of('sold')}`,
  };
}

/** What Postgres has of a hold. */
export async function holdRow(
  app: CheckoutHarness,
  holdId: string,
): Promise<{ state: string; reason: string | null } | undefined> {
  const [row] = await app.query<{ state: string; reason: string | null }>(
    'SELECT state, reason FROM holds WHERE id = $1',
    [holdId],
  );
  return row;
}
