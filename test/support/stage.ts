import {
  createProductEndpoint,
  createShowEndpoint,
  createStreamKeyEndpoint,
  getShowEndpoint,
  planSaleEndpoint,
  receiveStockEndpoint,
  setLineupEndpoint,
  type ProductView,
  type ReplyOf,
  type ShowView,
} from '#contracts';
import { newId } from '#process';
import { randomUUID } from 'node:crypto';
import { openShop, signUp, until, type Person } from './people.ts';

/** A shop ready to sell: its people, one product with one variant on the shelf, and a show about to begin. */
export interface Stage {
  owner: Person;
  shopId: string;
  product: ProductView;
  variantId: string;
  show: ShowView;
}

export interface StageOptions {
  title: string;
  /** Units on the shelf; 0 for none. */
  units: number;
  /** Minor units of EUR. */
  price?: number;
}

/** Sets the stage through the same calls that the pages make. */
export async function setStage(
  siteUrl: string,
  { title, units, price = 2_400 }: StageOptions,
): Promise<Stage> {
  const owner = await signUp(siteUrl, 'Hanna Host');
  const { shopId } = await openShop(owner);
  const product = await owner.call(createProductEndpoint, {
    idempotencyKey: randomUUID(),
    params: { shopId },
    body: {
      title: `${title} mug`,
      optionNames: [],
      variants: [{ sku: `MUG-${randomUUID().slice(0, 6)}`, price: { amount: price, currency: 'EUR' } }],
    },
  });
  const variantId = product.variants[0]?.variantId ?? '';
  if (units > 0) await receive(owner, shopId, variantId, units);
  const show = await owner.call(createShowEndpoint, {
    idempotencyKey: randomUUID(),
    params: { shopId },
    body: { title, startsAt: new Date(Date.now() + 60_000).toISOString() },
  });
  const { version } = await owner.call(getShowEndpoint, { params: { showId: show.showId } });
  await owner.call(setLineupEndpoint, {
    params: { showId: show.showId },
    body: { version, productIds: [product.productId] },
  });
  return { owner, shopId, product, variantId, show };
}

/** Books units onto the shelf, as soon as checkout has heard of the variant. */
export async function receive(
  person: Person,
  shopId: string,
  variantId: string,
  quantity: number,
): Promise<void> {
  const changeId = newId();
  await until('checkout knows the variant', async () => {
    const code = await person.try(receiveStockEndpoint, {
      params: { shopId, variantId },
      body: { changeId, quantity },
    });
    return code === 'ok';
  });
}

/** Plans a flash sale of the stage's variant that waits for the host's button. */
export function planSale(
  { owner, show, variantId }: Stage,
  plan: { quantity: number; amount: number; durationS?: number; limitPerBuyer?: number },
): Promise<ReplyOf<typeof planSaleEndpoint>> {
  return owner.call(planSaleEndpoint, {
    idempotencyKey: randomUUID(),
    params: { showId: show.showId },
    body: {
      title: 'Flash sale',
      durationS: plan.durationS ?? 600,
      limitPerBuyer: plan.limitPerBuyer ?? 1,
      items: [{ variantId, quantity: plan.quantity, discount: { kind: 'price', amount: plan.amount } }],
    },
  });
}

/** A key for the stage's host: what goes into OBS. */
export async function streamKey({ owner, shopId }: Stage): Promise<{ server: string; streamKey: string }> {
  const { server, streamKey: key } = await owner.call(createStreamKeyEndpoint, {
    params: { shopId },
    body: {},
  });
  return { server, streamKey: key };
}

/** Waits until catalog says that the show is in `state`. */
export function untilShow(stage: Stage, state: ShowView['state'], timeoutMs = 30_000): Promise<unknown> {
  return until(
    `the show is ${state}`,
    async () => {
      const show = await stage.owner.call(getShowEndpoint, { params: { showId: stage.show.showId } });
      return show.state === state;
    },
    timeoutMs,
  );
}
