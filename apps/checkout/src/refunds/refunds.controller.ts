import { Controller } from '@nestjs/common';
import {
  listRefundsEndpoint,
  refundOrderEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { OrderParts } from '../order-parts.ts';

@Controller()
export class RefundsController {
  constructor(private readonly parts: OrderParts) {}

  @Serves(refundOrderEndpoint)
  async refund(
    @In() { params, body, idempotencyKey }: InputOf<typeof refundOrderEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof refundOrderEndpoint>> {
    const { orderId } = params;
    await this.parts.access.findForShop(caller, orderId, 'orders:write');
    const result = await this.parts.refundOrder.refund(orderId, body, idempotencyKey, caller.userId);
    if (result.code !== 'requested') throw refuse(result.code);
    await this.parts.refundNow(result.refundId);
    const { refunds } = await this.parts.access.view(orderId, 'merchant');
    const refund = refunds.find((one) => one.refundId === result.refundId);
    if (!refund) throw new Error(`refund ${result.refundId} was written but cannot be read`);
    return refund;
  }

  @Serves(listRefundsEndpoint)
  async list(
    @In() { params }: InputOf<typeof listRefundsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listRefundsEndpoint>> {
    const { as } = await this.parts.access.find(caller, params.orderId);
    return { items: (await this.parts.access.view(params.orderId, as)).refunds };
  }
}
