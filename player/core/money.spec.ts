import { describe, expect, it } from '@jest/globals';
import { formatMoney, minorDigits, moneyText, parseMoney } from './money.ts';

describe('money', () => {
  it('knows currencies with none, two and three decimals', () => {
    expect(['JPY', 'EUR', 'KWD'].map(minorDigits)).toEqual([0, 2, 3]);
  });

  it('reads what a person types, with comma or point', () => {
    expect(parseMoney('12,5', 'EUR')).toEqual({ amount: 1250, currency: 'EUR' });
    expect(parseMoney('1 200', 'JPY')).toEqual({ amount: 1200, currency: 'JPY' });
    expect(parseMoney('0.125', 'KWD')).toEqual({ amount: 125, currency: 'KWD' });
  });

  it.each([
    ['', 'EUR'],
    ['-3', 'EUR'],
    ['1.234', 'EUR'],
    ['12.5', 'JPY'],
    ['1,000.00', 'EUR'],
    ['abc', 'EUR'],
  ])('refuses %j in %s rather than guess', (text, currency) => {
    expect(parseMoney(text, currency)).toBeNull();
  });

  it('writes an amount back as it was typed', () => {
    expect(moneyText({ amount: 1250, currency: 'EUR' })).toBe('12.50');
    expect(formatMoney({ amount: 1999, currency: 'EUR' })).toContain('19.99');
  });
});
