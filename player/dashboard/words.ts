import type { BadgeTone } from '../ui/badge.tsx';

/** A state of an order, a payment or a sale in a person's words, with the tone of its badge. */
export interface StateWords {
  label: string;
  tone: BadgeTone;
}

const ORDER_STATES: Record<string, StateWords> = {
  placed: { label: 'To be paid', tone: 'warn' },
  committed: { label: 'Being charged', tone: 'info' },
  paid: { label: 'Paid', tone: 'good' },
  partially_shipped: { label: 'Partly shipped', tone: 'info' },
  shipped: { label: 'Shipped', tone: 'good' },
  payment_failed: { label: 'Payment failed', tone: 'bad' },
  expired: { label: 'Not paid in time', tone: 'plain' },
  cancelled: { label: 'Cancelled', tone: 'plain' },
};

const SALE_STATES: Record<string, StateWords> = {
  planned: { label: 'Planned', tone: 'info' },
  open: { label: 'On sale', tone: 'live' },
  paused: { label: 'Paused', tone: 'warn' },
  closed: { label: 'Ended', tone: 'plain' },
  stopped: { label: 'Stopped', tone: 'bad' },
};

const MOVEMENTS: Record<string, string> = {
  received: 'Received',
  adjusted: 'Corrected',
  allocated: 'Moved',
  held: 'Held by buyers',
  released: 'Given back',
  sold: 'Sold',
  reversed: 'Sale taken back',
  returned: 'Sent back',
};

/** Words for an order's state. */
export function orderState(state: string): StateWords {
  return ORDER_STATES[state] ?? { label: spell(state), tone: 'plain' };
}

/** Words for a sale's state. */
export function saleState(state: string): StateWords {
  return SALE_STATES[state] ?? { label: spell(state), tone: 'plain' };
}

/** Words for a kind of movement. */
export function movementKind(kind: string): string {
  return MOVEMENTS[kind] ?? spell(kind);
}

/** `partially_refunded` as a person writes it. */
export function spell(code: string): string {
  const words = code.replaceAll(/[._]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const whenFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** A moment in the reader's own notation. */
export function when(moment: string): string {
  return whenFormat.format(new Date(moment));
}

const timeFormat = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });
const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** The hour and minute of a moment. */
export function timeOfDay(moment: string): string {
  return timeFormat.format(new Date(moment));
}

/** The day of a moment. */
export function dayOf(moment: string): string {
  return dayFormat.format(new Date(moment));
}
