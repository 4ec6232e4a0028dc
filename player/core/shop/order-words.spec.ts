import { describe, expect, it } from '@jest/globals';
import { entryWords, isSettled, maySelfCancel, orderWord } from './order-words.ts';

describe('words for orders', () => {
  it('tell of money given back before anything else', () => {
    expect(orderWord('shipped', 'refunded').word).toBe('Refunded');
    expect(orderWord('shipped', 'captured').word).toBe('Shipped');
    expect(orderWord('placed', 'processing').word).toBe('Payment under way');
  });

  it('let a buyer cancel until something is shipped', () => {
    expect(
      (['placed', 'committed', 'paid', 'partially_shipped', 'shipped', 'cancelled'] as const).map(
        maySelfCancel,
      ),
    ).toEqual([true, true, true, false, false, false]);
  });

  it('know what still moves by itself', () => {
    expect((['placed', 'committed', 'paid', 'expired'] as const).map(isSettled)).toEqual([
      false,
      false,
      true,
      true,
    ]);
  });

  it('read an entry that is newer than the page', () => {
    expect([entryWords('shipped'), entryWords('customs_cleared')]).toEqual([
      'Handed to the carrier',
      'Customs cleared',
    ]);
  });
});
