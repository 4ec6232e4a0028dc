import { Controller, Req } from '@nestjs/common';
import { getPaymentSettingsEndpoint, stripeWebhookEndpoint, type AnswerOf } from '#contracts';
import { refuse, Serves } from '#service';
import type { FastifyRequest } from 'fastify';
import { OrderParts } from '../order-parts.ts';

/** Stripe asks that its script is always loaded from its own site. */
const STRIPE_SCRIPT = 'https://js.stripe.com/endive/stripe.js';

/** The sandbox's script, where the edge shows it. */
const SANDBOX_SCRIPT = '/api/payments-sandbox/elements.js';

@Controller()
export class PaymentsController {
  constructor(private readonly parts: OrderParts) {}

  @Serves(getPaymentSettingsEndpoint)
  settings(): AnswerOf<typeof getPaymentSettingsEndpoint> {
    const { name, publishableKey } = this.parts.keys;
    return { provider: name, publishableKey, scriptUrl: name === 'stripe' ? STRIPE_SCRIPT : SANDBOX_SCRIPT };
  }

  /** The signature is over the bytes as they came, so it is checked before anything reads them. */
  @Serves(stripeWebhookEndpoint)
  async webhook(@Req() request: FastifyRequest): Promise<AnswerOf<typeof stripeWebhookEndpoint>> {
    const signature = request.headers['stripe-signature'];
    const notice =
      request.rawBody &&
      this.parts.provider.readNotice(request.rawBody, typeof signature === 'string' ? signature : undefined);
    if (!notice) throw refuse('webhook_signature_wrong');
    await this.parts.inbox.take(notice);
    return { received: true };
  }
}
