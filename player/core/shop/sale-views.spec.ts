import { describe, expect, it } from '@jest/globals';
import type { SaleView } from '#contracts';
import { fakeApi } from '../testing/fake-api.ts';
import { readSales, saleState } from './sale-views.ts';

const view = (saleId: string, over: Partial<SaleView> = {}): SaleView => ({
  saleId,
  kind: 'flash',
  shopId: 'shop',
  showId: 'show',
  title: 'Drop',
  state: 'open',
  rule: 'first_come',
  limitPerBuyer: 2,
  startsAt: '2026-11-20T10:00:00.000Z',
  endsAt: '2026-11-20T10:05:00.000Z',
  version: 7,
  serverTime: '2026-11-20T10:01:00.000Z',
  items: [
    {
      variantId: 'v',
      productId: 'p',
      price: { amount: 100, currency: 'EUR' },
      available: 3,
      held: 1,
      sold: 6,
      soldOut: false,
    },
  ],
  ...over,
});

describe('sales read over HTTP', () => {
  it('have the form of those told over the socket', () => {
    expect(saleState(view('s'))).toEqual({
      saleId: 's',
      version: 7,
      state: 'open',
      kind: 'flash',
      rule: 'first_come',
      limitPerBuyer: 2,
      opensAt: Date.parse('2026-11-20T10:00:00Z'),
      endsAt: Date.parse('2026-11-20T10:05:00Z'),
      items: [
        {
          variantId: 'v',
          productId: 'p',
          price: { amount: 100, currency: 'EUR' },
          available: 3,
          soldOut: false,
        },
      ],
    });
  });

  it('a stopped sale is closed, a paused one stays paused, no limit is no limit', () => {
    expect(
      (['stopped', 'paused', 'planned'] as const).map((state) => saleState(view('s', { state })).state),
    ).toEqual(['closed', 'paused', 'planned']);
    expect(saleState(view('s', { limitPerBuyer: 0 })).limitPerBuyer).toBeUndefined();
  });

  it('are the flash sales of the show and the shelf with the variants that are shown', async () => {
    const { api, asked } = fakeApi({
      listSales: [
        { body: { items: [view('flash')], nextCursor: null } },
        { body: { items: [view('shelf', { kind: 'standing', items: [] })], nextCursor: null } },
      ],
      getSale: [{ body: view('shelf', { kind: 'standing' }) }],
    });
    const sales = await readSales(api, { showId: 'show', shopId: 'shop', variantIds: ['v', 'w'] });
    expect(sales.map(({ saleId, kind }) => [saleId, kind])).toEqual([
      ['flash', 'flash'],
      ['shelf', 'standing'],
    ]);
    expect(asked.at(-1)).toEqual({
      name: 'getSale',
      request: { params: { saleId: 'shelf' }, query: { variantId: ['v', 'w'] } },
    });
  });

  it('are none while checkout is away', async () => {
    const { api } = fakeApi({ listSales: [{ refuse: 'unavailable' }] });
    expect(await readSales(api, { showId: 'show', shopId: 'shop', variantIds: ['v'] })).toEqual([]);
  });
});
