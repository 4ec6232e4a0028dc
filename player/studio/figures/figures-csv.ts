import type { FigureMinute } from '#contracts';
import { moneyText } from '../../core/money.ts';

/** The minutes of a show as CSV: what the charts show, to be counted again elsewhere. */
export function figuresCsv(minutes: readonly FigureMinute[]): string {
  const head = 'minute,viewers,lines,reactions,orders,units,revenue';
  const rows = minutes.map(({ minute, viewers, lines, reactions, orders, units, revenue }) => {
    const sums = revenue.map((money) => `${moneyText(money)} ${money.currency}`).join(' + ');
    return [new Date(minute).toISOString(), viewers, lines, reactions, orders, units, sums].join(',');
  });
  return [head, ...rows, ''].join('\r\n');
}
