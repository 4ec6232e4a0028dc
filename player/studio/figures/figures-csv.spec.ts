import { describe, expect, it } from '@jest/globals';
import { figuresCsv } from './figures-csv.ts';

describe('figures as CSV', () => {
  it('has one row a minute, with revenue in each currency', () => {
    const minute = {
      minute: Date.UTC(2026, 10, 20, 10, 5),
      viewers: 12,
      lines: 3,
      reactions: 40,
      orders: 2,
      units: 3,
      revenue: [
        { amount: 1_250, currency: 'EUR' },
        { amount: 300, currency: 'JPY' },
      ],
    };
    expect(figuresCsv([minute])).toBe(
      'minute,viewers,lines,reactions,orders,units,revenue\r\n2026-11-20T10:05:00.000Z,12,3,40,2,3,12.50 EUR + 300 JPY\r\n',
    );
  });
});
