import {
  createSeriesEndpoint,
  createShowEndpoint,
  deleteShowEndpoint,
  endShowEndpoint,
  listSeriesEndpoint,
  listShopShowsEndpoint,
  planSaleEndpoint,
  setLineupEndpoint,
  setPosterEndpoint,
  type ProductView,
  type ShopView,
  type ShowView,
} from '#contracts';
import { randomUUID } from 'node:crypto';
import type { DemoPerson } from './demo-person.ts';
import { bowl, mug, teapot, vase } from './pictures/ceramics.ts';
import { coffeeBag, dripper, shirt, tote } from './pictures/coffee-and-cloth.ts';
import { ON_AIR_LOOK } from './pictures/on-air-scene.ts';
import { posterPng } from './pictures/poster.ts';
import { stableId } from './stable-id.ts';

/** The demo's series: the show on air, evenings to come, and one for whoever tries OBS. */
const WORKSHOPS = 'Workshop evenings';
const TRY_OUT = 'Your own show';
/** Recordings of former demo shows that are kept. */
const KEPT_RECORDINGS = 3;
const DAY_MS = 24 * 3_600_000;

export interface SeededShows {
  /** The show that the demo publisher goes live with, and its series. */
  onAir: ShowView;
  onAirSeriesId: string;
  upcoming: ShowView[];
  /** A show that waits for somebody with OBS, and its series. */
  tryOut: ShowView;
  tryOutSeriesId: string;
  saleIds: string[];
}

interface Stage {
  host: DemoPerson;
  shop: ShopView;
  products: ProductView[];
}

/** Makes a fresh show for the demo publisher, and sees that two are announced and one waits for OBS. */
export async function seedShows(stage: Stage): Promise<SeededShows> {
  const { host, shop } = stage;
  const params = { shopId: shop.shopId };
  const { items: series } = await host.call(listSeriesEndpoint, { params, query: { limit: 100 } });
  const [first] = series;
  if (!first) throw new Error('a shop without a series');
  const seriesNamed = async (title: string): Promise<string> =>
    series.find((candidate) => candidate.title === title)?.seriesId ??
    (
      await host.call(createSeriesEndpoint, {
        params,
        body: { title },
        idempotencyKey: stableId('demo series', title),
      })
    ).seriesId;
  const workshops = await seriesNamed(WORKSHOPS);
  const tryOutSeriesId = await seriesNamed(TRY_OUT);
  const shows = await showsOf(host, shop);
  await clearFormer(
    host,
    shows.filter((show) => show.seriesId === first.seriesId),
  );
  const [{ onAir, saleIds }, upcoming, tryOut] = await Promise.all([
    makeOnAir(stage, first.seriesId),
    makeUpcoming(stage, workshops, shows),
    makeTryOut(stage, tryOutSeriesId, shows),
  ]);
  return { onAir, onAirSeriesId: first.seriesId, upcoming, tryOut, tryOutSeriesId, saleIds };
}

async function showsOf(host: DemoPerson, shop: ShopView): Promise<ShowView[]> {
  const params = { shopId: shop.shopId };
  const shows: ShowView[] = [];
  let cursor: string | undefined;
  do {
    const query = { limit: 100, ...(cursor ? { cursor } : {}) };
    const page = await host.call(listShopShowsEndpoint, { params, query });
    shows.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return shows;
}

/** Ends what a former start left on air, and deletes all but the latest recordings. */
async function clearFormer(host: DemoPerson, shows: readonly ShowView[]): Promise<void> {
  const kept = shows.filter((show) => show.state !== 'scheduled').slice(0, KEPT_RECORDINGS);
  for (const { showId, state } of shows) {
    if (state === 'live' || state === 'paused') await host.call(endShowEndpoint, { params: { showId } });
    const isKept = kept.some((show) => show.showId === showId);
    if (!isKept) await host.call(deleteShowEndpoint, { params: { showId } });
  }
}

async function makeOnAir(stage: Stage, seriesId: string): Promise<{ onAir: ShowView; saleIds: string[] }> {
  const { host, shop, products } = stage;
  const made = await host.call(createShowEndpoint, {
    params: { shopId: shop.shopId },
    body: {
      title: 'Studio morning: mugs, coffee and one blue teapot',
      description: 'Mara opens the kiln, brews the new roast and sells what comes out. Ask her anything.',
      startsAt: new Date().toISOString(),
      seriesId,
      hostId: host.userId,
    },
    idempotencyKey: randomUUID(),
  });
  const productIds = products.map((product) => product.productId);
  await host.call(setLineupEndpoint, {
    params: { showId: made.showId },
    body: { version: made.version, productIds },
  });
  const picture = await posterPng(ON_AIR_LOOK, [
    teapot('#41617f', '#c79a66'),
    mug('#e6d8c6', '#3f7f78'),
    coffeeBag('#b98a5e', '#c8553d'),
  ]);
  await host.upload(setPosterEndpoint, { showId: made.showId }, picture, made.title);
  return { onAir: made, saleIds: await planSales(stage, made) };
}

/** Two evenings ahead, whenever there are fewer. */
async function makeUpcoming(stage: Stage, seriesId: string, shows: readonly ShowView[]): Promise<ShowView[]> {
  const { host, shop, products } = stage;
  const evenings = [
    {
      title: 'Glaze night: dip, pour, wipe',
      description:
        'Three glazes, twelve test tiles, and the bowls that came of it. Bring your own questions about cobalt.',
      inDays: 1,
      look: { wall: ['#e7f0ee', '#bcd6d0'], table: '#a98f74', disc: '#8fc0b3' } as const,
      drawings: [bowl('#d98f66', '#f6e7d2'), vase('#c9725a', '#6f8f5f'), dripper('#f0e2cf', '#4a2a18')],
      lineup: ['Brushed noodle bowl', 'Bud vase', 'Porcelain dripper'],
    },
    {
      title: 'Print club: ferns on cotton',
      description: 'Cutting, inking, pressing. Every shirt of the evening is printed while you watch.',
      inDays: 3,
      look: { wall: ['#efe6f2', '#cfbcd9'], table: '#9d8378', disc: '#c19fcb' } as const,
      drawings: [shirt('#33405a', '#e9dcc3'), tote('#e9dcc3', '#d9653b')],
      lineup: ['Fern T-shirt', 'Market tote'],
    },
  ];
  const ahead = shows.filter(
    (show) =>
      show.seriesId === seriesId && show.state === 'scheduled' && Date.parse(show.startsAt) > Date.now(),
  );
  const made: ShowView[] = [];
  for (const evening of evenings) {
    const announced = ahead.find((show) => show.title === evening.title);
    if (announced) {
      made.push(announced);
      continue;
    }
    const show = await host.call(createShowEndpoint, {
      params: { shopId: shop.shopId },
      body: {
        title: evening.title,
        description: evening.description,
        startsAt: eveningIn(evening.inDays),
        seriesId,
        hostId: host.userId,
      },
      idempotencyKey: randomUUID(),
    });
    const productIds = evening.lineup.flatMap(
      (title) => products.find((product) => product.title === title)?.productId ?? [],
    );
    const body = { version: show.version, productIds };
    await host.call(setLineupEndpoint, { params: { showId: show.showId }, body });
    const picture = await posterPng(evening.look, evening.drawings);
    await host.upload(setPosterEndpoint, { showId: show.showId }, picture, show.title);
    made.push(show);
  }
  return made;
}

/** A show that goes live when somebody streams to the spare key. */
async function makeTryOut(stage: Stage, seriesId: string, shows: readonly ShowView[]): Promise<ShowView> {
  const { host, shop, products } = stage;
  const waiting = shows.find((show) => show.seriesId === seriesId && show.state !== 'ended');
  if (waiting) return waiting;
  const show = await host.call(createShowEndpoint, {
    params: { shopId: shop.shopId },
    body: {
      title: 'Your own show: stream from OBS',
      description:
        'Paste server and stream key into OBS (service "Custom"), press "Start streaming", and you are on air.',
      startsAt: new Date(Date.now() + DAY_MS / 2).toISOString(),
      seriesId,
      hostId: host.userId,
      visibility: 'unlisted',
    },
    idempotencyKey: randomUUID(),
  });
  const productIds = products.slice(0, 4).map((product) => product.productId);
  await host.call(setLineupEndpoint, {
    params: { showId: show.showId },
    body: { version: show.version, productIds },
  });
  return show;
}

/** Two flash sales for the host's button: a few mugs at a fixed price, totes at a third off. */
async function planSales({ host, products }: Stage, show: ShowView): Promise<string[]> {
  const variantId = (sku: string): string[] =>
    products.flatMap((product) => product.variants.find((variant) => variant.sku === sku)?.variantId ?? []);
  const plans = [
    {
      title: 'Ten mugs, five minutes',
      durationS: 300,
      limitPerBuyer: 2,
      items: variantId('MUG-FERN').map((id) => ({
        variantId: id,
        quantity: 10,
        discount: { kind: 'price', amount: 1_900 } as const,
      })),
    },
    {
      title: 'Totes, a third off',
      durationS: 600,
      limitPerBuyer: 3,
      items: variantId('TOTE-CANVAS').map((id) => ({
        variantId: id,
        quantity: 8,
        discount: { kind: 'percent', percentOff: 33 } as const,
      })),
    },
  ].filter((plan) => plan.items.length > 0);
  const saleIds: string[] = [];
  for (const body of plans) {
    const planned = await host.call(planSaleEndpoint, {
      params: { showId: show.showId },
      body,
      idempotencyKey: randomUUID(),
    });
    saleIds.push(planned.saleId);
  }
  return saleIds;
}

/** 18:00 UTC, so many days from today. */
function eveningIn(days: number): string {
  const day = new Date(Date.now() + days * DAY_MS);
  day.setUTCHours(18, 0, 0, 0);
  return day.toISOString();
}
