/** How a test card behaves, and when. Numbers and tokens are those of Stripe's public testing page where it has one. */
export interface TestCard {
  number: string;
  brand: 'visa' | 'mastercard' | 'amex';
  /** Refused when the payment is confirmed (or, with `challenge`, after the challenge). */
  decline?: { code: string; declineCode?: string; message: string };
  /** The bank asks the buyer to prove who they are before it answers. */
  challenge?: boolean;
  /** The bank takes this long to answer; the payment is `processing` meanwhile. */
  processingS?: number;
  /** The buyer disputes the charge as soon as it is captured. */
  dispute?: 'fraudulent' | 'product_not_received';
  /** Refunds stay pending for a moment, then end so. */
  refund?: 'succeeds_later' | 'fails_later';
  /** The capture is refused for good although the authorisation was given. */
  captureFails?: boolean;
}

const DECLINED = 'Your card was declined.';

/** What the processing cards of the sandbox wait for before the bank answers. */
const SLOW_BANK_S = 10;

const CARDS: Record<string, TestCard> = {
  pm_card_visa: { number: '4242424242424242', brand: 'visa' },
  pm_card_mastercard: { number: '5555555555554444', brand: 'mastercard' },
  pm_card_amex: { number: '378282246310005', brand: 'amex' },
  pm_card_visa_chargeDeclined: {
    number: '4000000000000002',
    brand: 'visa',
    decline: { code: 'card_declined', declineCode: 'generic_decline', message: DECLINED },
  },
  pm_card_visa_chargeDeclinedInsufficientFunds: {
    number: '4000000000009995',
    brand: 'visa',
    decline: {
      code: 'card_declined',
      declineCode: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    },
  },
  pm_card_visa_chargeDeclinedLostCard: {
    number: '4000000000009987',
    brand: 'visa',
    decline: { code: 'card_declined', declineCode: 'lost_card', message: DECLINED },
  },
  pm_card_chargeDeclinedExpiredCard: {
    number: '4000000000000069',
    brand: 'visa',
    decline: { code: 'expired_card', message: 'Your card has expired.' },
  },
  pm_card_chargeDeclinedIncorrectCvc: {
    number: '4000000000000127',
    brand: 'visa',
    decline: { code: 'incorrect_cvc', message: "Your card's security code is incorrect." },
  },
  pm_card_chargeDeclinedProcessingError: {
    number: '4000000000000119',
    brand: 'visa',
    decline: {
      code: 'processing_error',
      message: 'An error occurred while processing your card. Try again in a little bit.',
    },
  },
  pm_card_authenticationRequired: { number: '4000002760003184', brand: 'visa', challenge: true },
  pm_card_threeDSecure2Required: { number: '4000000000003220', brand: 'visa', challenge: true },
  pm_card_authenticationRequiredChargeDeclinedInsufficientFunds: {
    number: '4000008260003178',
    brand: 'visa',
    challenge: true,
    decline: {
      code: 'card_declined',
      declineCode: 'insufficient_funds',
      message: 'Your card has insufficient funds.',
    },
  },
  pm_card_createDispute: { number: '4000000000000259', brand: 'visa', dispute: 'fraudulent' },
  pm_card_createDisputeProductNotReceived: {
    number: '4000000000002685',
    brand: 'visa',
    dispute: 'product_not_received',
  },
  pm_card_pendingRefund: { number: '4000000000007726', brand: 'visa', refund: 'succeeds_later' },
  pm_card_refundFail: { number: '4000000000005126', brand: 'visa', refund: 'fails_later' },
  // The three below have no counterpart at Stripe: cards whose banks are slow, or break their word.
  pm_card_sandbox_slow: { number: '4000000000000812', brand: 'visa', processingS: SLOW_BANK_S },
  pm_card_sandbox_slowDecline: {
    number: '4000000000000820',
    brand: 'visa',
    processingS: SLOW_BANK_S,
    decline: { code: 'card_declined', declineCode: 'generic_decline', message: DECLINED },
  },
  pm_card_sandbox_captureFails: { number: '4000000000000838', brand: 'visa', captureFails: true },
};

const BY_NUMBER = new Map(Object.values(CARDS).map((card) => [card.number, card]));

/** Card that a ready-made payment method such as `pm_card_visa` stands for. */
export function cardOfToken(token: string): TestCard | undefined {
  return Object.hasOwn(CARDS, token) ? CARDS[token] : undefined;
}

/** Card with `number` (spaces allowed), or undefined: only test numbers are known here. */
export function cardOfNumber(number: string): TestCard | undefined {
  return BY_NUMBER.get(number.replaceAll(/[\s-]/g, ''));
}

/** Card with the fingerprint that `fingerprintOf` gave it. */
export function cardOfFingerprint(fingerprint: string): TestCard | undefined {
  return BY_NUMBER.get(fingerprint.slice(FINGERPRINT_PREFIX.length));
}

const FINGERPRINT_PREFIX = 'sandbox-';

/** Test numbers are public, so the fingerprint may show them. */
export function fingerprintOf(card: TestCard): string {
  return FINGERPRINT_PREFIX + card.number;
}
