import type * as port from '../hold-store.ts';
import { keyText, parseClaim, parseKey, parseLines } from './hold-text.ts';

export const NO_EFFECTS: port.Effects = { expired: [], promoted: [] };

export function effectsOf(reply: { expired: string[]; promoted: string[] }): port.Effects {
  if (reply.expired.length === 0 && reply.promoted.length === 0) return NO_EFFECTS;
  return { expired: reply.expired.map(parseKey), promoted: reply.promoted.map(parseClaim) };
}

export function claimOf(reply: { startedAt: number; expiresAt: number; lines: string }) {
  return { startedAt: reply.startedAt, expiresAt: reply.expiresAt, lines: parseLines(reply.lines) };
}

export function keyArgs(sale: port.SaleRef, keys: readonly port.HoldKey[]) {
  return { epoch: sale.epoch, rest: keys.map((key) => ({ key: keyText(key) })) };
}

export function waiterArgs(sale: port.SaleRef, waiter: port.Waiter) {
  return { epoch: sale.epoch, key: keyText(waiter), variant: waiter.variantId };
}

export function countersOf(texts: readonly string[]): port.SaleSnapshot['variants'] {
  const variants: port.SaleSnapshot['variants'] = [];
  for (let i = 0; i < texts.length; i += 7) {
    const [variantId = '', stock, available, held, sold, terms = '', waiting] = texts.slice(i, i + 7);
    variants.push({
      variantId,
      stock: Number(stock),
      available: Number(available),
      held: Number(held),
      sold: Number(sold),
      terms,
      waiting: Number(waiting),
    });
  }
  return variants;
}
