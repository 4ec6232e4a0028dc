import type { OrderStage, PaymentStage } from '#contracts';

export type Tone = 'plain' | 'good' | 'warn' | 'bad' | 'info';

/** Where an order stands, in a word and a colour. Money given back goes before the rest. */
export function orderWord(state: OrderStage, payment: PaymentStage): { word: string; tone: Tone } {
  if (payment === 'refunded') return { word: 'Refunded', tone: 'plain' };
  if (payment === 'disputed') return { word: 'Disputed', tone: 'bad' };
  if (payment === 'partially_refunded' && state === 'paid') return { word: 'Partly refunded', tone: 'info' };
  switch (state) {
    case 'placed':
      return payment === 'processing'
        ? { word: 'Payment under way', tone: 'warn' }
        : { word: 'Not paid yet', tone: 'warn' };
    case 'committed':
      return { word: 'Confirming', tone: 'info' };
    case 'paid':
      return { word: 'Paid', tone: 'good' };
    case 'partially_shipped':
      return { word: 'Partly shipped', tone: 'info' };
    case 'shipped':
      return { word: 'Shipped', tone: 'good' };
    case 'payment_failed':
      return { word: 'Payment failed', tone: 'bad' };
    case 'expired':
      return { word: 'Ran out of time', tone: 'plain' };
    case 'cancelled':
      return { word: 'Cancelled', tone: 'plain' };
  }
}

/** Whether the buyer can still cancel by themselves. */
export function maySelfCancel(state: OrderStage): boolean {
  return state === 'placed' || state === 'committed' || state === 'paid';
}

/** Whether nothing will change any more without a person. */
export function isSettled(state: OrderStage): boolean {
  return state !== 'placed' && state !== 'committed';
}

const ENTRY_WORDS: Record<string, string> = {
  placed: 'Order placed',
  payment_created: 'Payment prepared',
  payment_requires_action: 'The bank asks for confirmation',
  payment_processing: 'Payment under way',
  payment_authorized: 'Card accepted',
  committed: 'Units set aside for good',
  payment_captured: 'Card charged',
  paid: 'Paid',
  payment_failed: 'Payment failed',
  payment_voided: 'Payment let go',
  expired: 'Time to pay was over',
  cancelled: 'Cancelled',
  shipped: 'Handed to the carrier',
  partially_shipped: 'Partly handed to the carrier',
  refund_requested: 'Refund started',
  refunded: 'Money given back',
  disputed: 'Payment disputed at the bank',
};

/** A timeline entry in words; a kind that is newer than this page is shown by its name. */
export function entryWords(kind: string): string {
  const known = ENTRY_WORDS[kind];
  if (known) return known;
  const words = kind.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
