export * from './checkout/words.ts';
export * from './checkout/holds.ts';
export * from './checkout/sales.ts';
export * from './checkout/stock.ts';
