import { describe, expect, it } from '@jest/globals';
import type { SaleState } from '#contracts';
import { leadOffer, nextTurn, offerFor } from './offers.ts';

const eur = (amount: number) => ({ amount, currency: 'EUR' });
const variant = { variantId: 'v1', price: eur(3_000), compareAt: eur(3_500) };
const NOW = 100_000;

const sale = (
  saleId: string,
  over: Partial<SaleState> = {},
  item: Partial<SaleState['items'][number]> = {},
): Record<string, SaleState> => ({
  [saleId]: {
    saleId,
    version: 1,
    state: 'open',
    kind: 'standing',
    items: [{ variantId: 'v1', soldOut: false, ...item }],
    ...over,
  },
});
const shelf = sale('shelf', {}, { available: 40, price: eur(3_000) });
const flash = (over: Partial<SaleState> = {}, item: Partial<SaleState['items'][number]> = {}) =>
  sale(
    'flash',
    { kind: 'flash', opensAt: 90_000, endsAt: 150_000, limitPerBuyer: 1, ...over },
    { available: 3, price: eur(2_000), ...item },
  );

describe('offer', () => {
  it('is the open flash sale before the shelf, with the regular price beside it', () => {
    expect(offerFor(variant, { ...shelf, ...flash() }, NOW)).toEqual({
      saleId: 'flash',
      kind: 'flash',
      price: eur(2_000),
      was: eur(3_000),
      available: 3,
      soldOut: false,
      paused: false,
      endsAt: 150_000,
      limitPerBuyer: 1,
      comes: null,
    });
  });

  it('is the shelf again when the flash sale is sold out', () => {
    const offer = offerFor(variant, { ...shelf, ...flash({}, { available: 0, soldOut: true }) }, NOW);
    expect(offer).toMatchObject({ saleId: 'shelf', price: eur(3_000), was: eur(3_500), soldOut: false });
  });

  it('is sold out when there is nothing on the shelf either', () => {
    const empty = sale('shelf', {}, { available: 0, soldOut: true });
    expect(offerFor(variant, { ...empty, ...flash({}, { available: 0, soldOut: true }) }, NOW)).toMatchObject(
      { saleId: 'flash', soldOut: true },
    );
  });

  it('ends by the clock of the server, before the event that says so has arrived', () => {
    expect(offerFor(variant, { ...shelf, ...flash({ endsAt: NOW }) }, NOW)).toMatchObject({
      saleId: 'shelf',
      comes: null,
    });
  });

  it('announces a flash sale and begins at its instant', () => {
    const planned = flash({ state: 'planned', opensAt: NOW + 10_000 });
    expect(offerFor(variant, { ...shelf, ...planned }, NOW)).toMatchObject({
      saleId: 'shelf',
      comes: { saleId: 'flash', opensAt: NOW + 10_000, price: eur(2_000) },
    });
    expect(offerFor(variant, { ...shelf, ...planned }, NOW + 10_000)).toMatchObject({
      saleId: 'flash',
      comes: null,
    });
  });

  it('waits for the host where no start is fixed', () => {
    const { opensAt: _, endsAt: __, ...waiting } = flash({ state: 'planned' })['flash'] as SaleState;
    expect(offerFor(variant, { ...shelf, flash: waiting }, NOW)).toMatchObject({
      saleId: 'shelf',
      comes: { saleId: 'flash', opensAt: null },
    });
  });

  it('is nothing to buy without a sale, at the listed price', () => {
    expect(offerFor(variant, {}, NOW)).toMatchObject({
      saleId: null,
      price: eur(3_000),
      was: eur(3_500),
      soldOut: false,
      available: null,
    });
  });

  it('never calls another currency a former price', () => {
    expect(
      offerFor({ ...variant, compareAt: { amount: 9_999, currency: 'USD' } }, shelf, NOW).was,
    ).toBeNull();
  });
});

describe('the next change by the clock', () => {
  it('is the first start or end that is still to come, of a sale that is not closed', () => {
    expect(nextTurn(flash(), NOW)).toBe(150_000);
    expect(nextTurn(flash({ state: 'planned', opensAt: 110_000 }), NOW)).toBe(110_000);
    expect(nextTurn({ ...shelf, ...flash({ state: 'closed' }) }, NOW)).toBeNull();
  });
});

describe('a paused sale', () => {
  it('stays in sight with its price, and says that it cannot be bought from right now', () => {
    expect(offerFor(variant, { ...shelf, ...flash({ state: 'paused' }) }, NOW)).toMatchObject({
      saleId: 'flash',
      price: eur(2_000),
      paused: true,
      soldOut: false,
    });
    expect(offerFor(variant, shelf, NOW).paused).toBe(false);
  });

  it('is over at its end like any other', () => {
    const over = flash({ state: 'paused', endsAt: NOW });
    expect(offerFor(variant, { ...shelf, ...over }, NOW)).toMatchObject({ saleId: 'shelf', paused: false });
  });
});

describe('the variant that stands for a product', () => {
  const of = (variantId: string, amount: number, archived = false) => ({
    variantId,
    price: eur(amount),
    compareAt: null,
    archived,
  });
  const stocked = (left: Record<string, number>): Record<string, SaleState> => ({
    shelf: {
      saleId: 'shelf',
      version: 1,
      state: 'open',
      kind: 'standing',
      items: Object.entries(left).map(([variantId, available]) => ({
        variantId,
        available,
        soldOut: available === 0,
      })),
    },
  });
  const small = of('small', 2_000);
  const large = of('large', 2_400);

  it('is the cheapest one that can be had, not a cheaper one that is sold out', () => {
    const lead = (left: Record<string, number>) =>
      leadOffer([large, small], stocked(left), NOW)?.variant.variantId;
    expect(lead({ small: 3, large: 3 })).toBe('small');
    expect(lead({ small: 0, large: 3 })).toBe('large');
    expect(lead({ small: 0, large: 0 })).toBe('small');
  });

  it('is the one in the flash sale, whatever the others cost', () => {
    const sales = { ...stocked({ small: 3, large: 3 }), ...flash({}, { variantId: 'large' }) };
    expect(leadOffer([small, large], sales, NOW)).toMatchObject({
      variant: { variantId: 'large' },
      offer: { kind: 'flash' },
    });
  });

  it('is never one that was put away', () => {
    expect(leadOffer([of('old', 10, true)], {}, NOW)).toBeUndefined();
  });
});
