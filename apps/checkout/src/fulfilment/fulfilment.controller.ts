import { Controller } from '@nestjs/common';
import {
  fulfilOrderEndpoint,
  getShippingRatesEndpoint,
  setShippingRatesEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { OrderParts } from '../order-parts.ts';

@Controller()
export class FulfilmentController {
  constructor(private readonly parts: OrderParts) {}

  @Serves(fulfilOrderEndpoint)
  async fulfil(
    @In() { params, body, idempotencyKey }: InputOf<typeof fulfilOrderEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof fulfilOrderEndpoint>> {
    const { orderId } = params;
    await this.parts.access.findForShop(caller, orderId, 'orders:write');
    const result = await this.parts.fulfilOrder.fulfil(orderId, body, idempotencyKey, caller.userId);
    if (result.code !== 'shipped') throw refuse(result.code);
    return this.parts.access.view(orderId, 'merchant');
  }

  @Serves(getShippingRatesEndpoint)
  async rates(
    @In() { params }: InputOf<typeof getShippingRatesEndpoint>,
  ): Promise<AnswerOf<typeof getShippingRatesEndpoint>> {
    return {
      currency: await this.currencyOf(params.shopId),
      rates: await this.parts.shippingRates.of(params.shopId),
    };
  }

  @Serves(setShippingRatesEndpoint)
  async setRates(
    @In() { params, body }: InputOf<typeof setShippingRatesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof setShippingRatesEndpoint>> {
    requireShop(caller, params.shopId, 'shop:write');
    const currency = await this.currencyOf(params.shopId);
    await this.parts.shippingRates.replace(params.shopId, body.rates);
    return { currency, rates: await this.parts.shippingRates.of(params.shopId) };
  }

  private async currencyOf(shopId: string): Promise<string> {
    const [shop] = await this.parts.query<{ currency: string }>('SELECT currency FROM shops WHERE id = $1', [
      shopId,
    ]);
    if (!shop) throw refuse('shop_not_found');
    return shop.currency;
  }
}
