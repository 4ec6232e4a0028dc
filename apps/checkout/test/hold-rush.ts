import { placeHoldsEndpoint, receiveStockEndpoint, type Identity } from '#contracts';
import { newId } from '#process';
import { newBuyer, type CheckoutHarness } from './checkout-harness.ts';

export interface Rush {
  held: number;
  soldOut: number;
  /** Everything else that buyers were told, by code. */
  others: Record<string, number>;
  /** Live hold rows, and the balances of the shelf. */
  rows: number;
  available: number;
  heldUnits: number;
}

/** Requests under way at a time; as many as a gateway would keep. */
const AT_ONCE = 64;

/** Many buyers want one unit each of a variant that has few, all at once. */
export async function rush(
  app: CheckoutHarness,
  engine: 'redis' | 'postgres',
  { buyers, units }: { buyers: number; units: number },
): Promise<Rush> {
  const shop = await app.seedShop();
  const variantId = shop.variants[0]?.variantId ?? '';
  await app.call(
    receiveStockEndpoint,
    { params: { shopId: shop.shopId, variantId }, body: { changeId: newId(), quantity: units } },
    shop.owner,
  );
  if (engine === 'postgres') {
    await app.query(`UPDATE sales SET engine = 'postgres', epoch = nextval('sale_epochs') WHERE id = $1`, [
      shop.shelfId,
    ]);
  }
  const told = new Map<string, number>();
  const people: Identity[] = Array.from({ length: buyers }, newBuyer);
  const ask = async (buyer: Identity): Promise<void> => {
    const holds = [{ holdId: newId(), saleId: shop.shelfId, lines: [{ variantId, quantity: 1 }] }];
    const answer = await app.call(placeHoldsEndpoint, { body: { holds } }, buyer);
    const code = answer.ok ? 'held' : answer.problem.code;
    told.set(code, (told.get(code) ?? 0) + 1);
  };
  const worker = async (): Promise<void> => {
    for (let buyer = people.pop(); buyer; buyer = people.pop()) await ask(buyer);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const [found] = await app.query<{ rows: number; available: number; heldUnits: number }>(
    `SELECT (SELECT count(*)::integer FROM holds WHERE sale_id = $1 AND state = 'held') AS rows,
       (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'sale:' || $1) AS available,
       (SELECT amount FROM balances WHERE variant_id = $2 AND account = 'held:' || $1) AS "heldUnits"`,
    [shop.shelfId, variantId],
  );
  const { held = 0, sold_out: soldOut = 0, ...others } = Object.fromEntries(told);
  return { held, soldOut, others, rows: 0, available: 0, heldUnits: 0, ...found };
}
