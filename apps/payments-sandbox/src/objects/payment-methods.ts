import { ApiError, invalidRequest } from '../api/api-error.ts';
import type { Changes } from './changes.ts';
import { newObjectId } from './object-ids.ts';
import { cardOfFingerprint, cardOfNumber, cardOfToken, fingerprintOf, type TestCard } from './test-cards.ts';
import type { PaymentMethod } from './shapes.ts';

/** What a client says of a card: a test number, or a token of one. */
export interface CardInput {
  number?: string | undefined;
  token?: string | undefined;
  exp_month?: number | undefined;
  exp_year?: number | undefined;
  cvc?: string | undefined;
}

const FIRST_LIVE_LOOKING = 'Your card was declined. Your request was in test mode, but used a non test card.';

/** Makes the payment method of a test card; refuses every other number, so that nobody types a real one. */
export function makePaymentMethod(
  changes: Changes,
  input: CardInput,
  billing: Record<string, unknown> = {},
): PaymentMethod {
  const card = input.token ? cardOfToken(input.token.replace(/^tok_/, 'pm_card_')) : cardByNumber(input);
  if (!card) {
    throw new ApiError(402, {
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'test_mode_live_card',
      message: FIRST_LIVE_LOOKING,
      param: 'card[number]',
    });
  }
  return changes.save(methodOf(card, newObjectId('pm'), changes.nowS, input, billing));
}

/** The payment method that a ready-made token such as `pm_card_visa` stands for; undefined for other ids. */
export function methodOfToken(changes: Changes, token: string): PaymentMethod | undefined {
  const card = cardOfToken(token);
  return card && changes.save(methodOf(card, newObjectId('pm'), changes.nowS, {}, {}));
}

/** How the bank of `method` will behave. */
export function behaviourOf(method: PaymentMethod): TestCard {
  const card = cardOfFingerprint(method.card.fingerprint);
  if (!card) throw new Error(`payment method ${method.id} has the fingerprint of no test card`);
  return card;
}

function cardByNumber(input: CardInput): TestCard | undefined {
  if (!input.number) {
    throw invalidRequest('Missing required param: card[number].', {
      code: 'parameter_missing',
      param: 'card[number]',
    });
  }
  return cardOfNumber(input.number);
}

function methodOf(
  card: TestCard,
  id: string,
  created: number,
  input: CardInput,
  billing: Record<string, unknown>,
): PaymentMethod {
  const year = new Date(created * 1_000).getUTCFullYear();
  return {
    id,
    object: 'payment_method',
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null, ...billing },
    card: {
      brand: card.brand,
      checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'unchecked' },
      country: 'US',
      exp_month: input.exp_month ?? 12,
      exp_year: input.exp_year ?? year + 3,
      fingerprint: fingerprintOf(card),
      funding: 'credit',
      last4: card.number.slice(-4),
      networks: { available: [card.brand], preferred: null },
      three_d_secure_usage: { supported: true },
      wallet: null,
    },
    created,
    customer: null,
    livemode: false,
    metadata: {},
    type: 'card',
  };
}
