/** The buyer's card form: Stripe's Payment Element, or the sandbox's form with the same members. */
export interface Payer {
  mount(into: HTMLElement): void;
  /** The amount changed with the address or the shipping. */
  update(amount: number): void;
  /** Checks what was typed; a fault in words, or null. */
  check(): Promise<string | null>;
  /** Pays; a refusal in words, or null when the provider accepted. */
  confirm(clientSecret: string, returnUrl: string): Promise<string | null>;
  remove(): void;
}

/** The members of Stripe.js that are used, of either script. */
interface StripeLike {
  elements(options: Record<string, unknown>): StripeElementsLike;
  confirmPayment(options: Record<string, unknown>): Promise<{ error?: { message?: string } }>;
}

interface StripeElementsLike {
  create(
    kind: 'payment',
    options?: Record<string, unknown>,
  ): { mount(into: HTMLElement): void; destroy(): void };
  submit(): Promise<{ error?: { message?: string } }>;
  update?(options: Record<string, unknown>): void;
}

type StripeFactory = (publishableKey: string) => StripeLike;

export interface PayerSettings {
  provider: 'stripe' | 'sandbox';
  publishableKey: string;
  scriptUrl: string;
}

interface PayerLook {
  dark: boolean;
  font: string;
}

const GLOBAL_NAME = { stripe: 'Stripe', sandbox: 'ShowfloorSandboxPay' } as const;
const UNKNOWN_REFUSAL = 'The payment was refused. Try another card.';

/**
 * Makes the card form. It knows the amount and not yet a payment: the order is placed when the buyer presses pay, so
 * that nothing is ordered by looking.
 */
export async function createPayer(
  settings: PayerSettings,
  price: { amount: number; currency: string },
  look: PayerLook,
  loadScript: (url: string) => Promise<void> = appendScript,
): Promise<Payer> {
  const factory = await factoryOf(settings, loadScript);
  const stripe = factory(settings.publishableKey);
  const elements = stripe.elements({
    mode: 'payment',
    amount: price.amount,
    currency: price.currency.toLowerCase(),
    captureMethod: 'manual',
    appearance: {
      theme: look.dark ? 'night' : 'stripe',
      variables: {
        fontFamily: look.font,
        borderRadius: '12px',
        colorPrimary: look.dark ? '#d4ff3a' : '#16141c',
      },
    },
  });
  const form = elements.create('payment', { layout: 'tabs' });
  const words = (result: { error?: { message?: string } }) =>
    result.error ? (result.error.message ?? UNKNOWN_REFUSAL) : null;
  return {
    mount: (into) => form.mount(into),
    update: (amount) => elements.update?.({ amount }),
    check: async () => words(await elements.submit()),
    confirm: async (clientSecret, returnUrl) =>
      words(
        await stripe.confirmPayment({
          elements,
          clientSecret,
          confirmParams: { return_url: returnUrl },
          redirect: 'if_required',
        }),
      ),
    remove: () => form.destroy(),
  };
}

async function factoryOf(
  { provider, scriptUrl }: PayerSettings,
  loadScript: (url: string) => Promise<void>,
): Promise<StripeFactory> {
  const read = () =>
    (globalThis as Record<string, unknown>)[GLOBAL_NAME[provider]] as StripeFactory | undefined;
  if (!read()) await loadScript(scriptUrl);
  const factory = read();
  if (!factory) throw new Error(`the script at ${scriptUrl} made no ${GLOBAL_NAME[provider]}`);
  return factory;
}

function appendScript(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    script.async = true;
    script.addEventListener('load', () => resolve());
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(`the payment form at ${url} could not be loaded`));
    });
    document.head.append(script);
  });
}
