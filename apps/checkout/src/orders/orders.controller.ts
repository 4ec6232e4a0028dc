import { Controller } from '@nestjs/common';
import {
  cancelOrderEndpoint,
  getOrderEndpoint,
  listOrderEntriesEndpoint,
  listOrdersEndpoint,
  listShopOrdersEndpoint,
  placeOrderEndpoint,
  quoteOrderEndpoint,
  refreshPaymentEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { PaymentsAway } from '#payments';
import { withContext } from '#process';
import { Caller, In, refuse, reply, requireShop, Serves } from '#service';
import { OrderParts } from '../order-parts.ts';
import type { PlaceOrderResult } from './place-order.ts';
import { listOrders, readTimeline } from './read-orders.ts';

@Controller()
export class OrdersController {
  constructor(private readonly parts: OrderParts) {}

  @Serves(placeOrderEndpoint)
  async place(
    @In() { body, headers }: InputOf<typeof placeOrderEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof placeOrderEndpoint>> {
    const result = await this.parts.placeOrder.place({
      ...body,
      buyer: caller,
      idempotencyKey: headers['idempotency-key'],
      showId: body.showId ?? null,
    });
    if (result.code !== 'placed') throw refusalOf(result);
    return withContext({ orderId: result.orderId }, async () => {
      const view = await this.parts.access.view(result.orderId, 'buyer');
      return reply(view.queuePosition === null ? 201 : 202, view, {
        location: `/api/checkout/v1/orders/${result.orderId}`,
      });
    });
  }

  @Serves(quoteOrderEndpoint)
  async quote(
    @In() { body }: InputOf<typeof quoteOrderEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof quoteOrderEndpoint>> {
    const result = await this.parts.quoteOrder.quote({
      ...body,
      buyerId: caller.userId,
      showId: body.showId ?? null,
    });
    if ('code' in result) throw refuse(result.code);
    return result;
  }

  @Serves(listOrdersEndpoint)
  list(
    @In() { query }: InputOf<typeof listOrdersEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listOrdersEndpoint>> {
    return listOrders(this.parts.query, { ...query, buyerId: caller.userId });
  }

  @Serves(listShopOrdersEndpoint)
  listOfShop(
    @In() { params, query }: InputOf<typeof listShopOrdersEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listShopOrdersEndpoint>> {
    requireShop(caller, params.shopId, 'orders:read');
    return listOrders(this.parts.query, { ...query, states: query.state, shopId: params.shopId });
  }

  @Serves(getOrderEndpoint)
  async get(
    @In() { params }: InputOf<typeof getOrderEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof getOrderEndpoint>> {
    const { as } = await this.parts.access.find(caller, params.orderId);
    return this.parts.access.view(params.orderId, as);
  }

  @Serves(listOrderEntriesEndpoint)
  async timeline(
    @In() { params }: InputOf<typeof listOrderEntriesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listOrderEntriesEndpoint>> {
    await this.parts.access.find(caller, params.orderId);
    return { items: await readTimeline(this.parts.query, params.orderId) };
  }

  @Serves(cancelOrderEndpoint)
  async cancel(
    @In() { params, body }: InputOf<typeof cancelOrderEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof cancelOrderEndpoint>> {
    const found = await this.parts.access.find(caller, params.orderId, 'orders:write');
    return withContext({ orderId: params.orderId }, async () => {
      const by = { actor: found.as, actorId: caller.userId, note: body.reason };
      const result = await asked(() => this.parts.cancelOrder.cancel(found.paymentId, by));
      if (result.code !== 'cancelled') throw refuse(result.code);
      return this.parts.access.view(params.orderId, found.as);
    });
  }

  @Serves(refreshPaymentEndpoint)
  async refresh(
    @In() { params }: InputOf<typeof refreshPaymentEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof refreshPaymentEndpoint>> {
    const found = await this.parts.access.find(caller, params.orderId);
    return withContext({ orderId: params.orderId }, async () => {
      await asked(() => this.parts.refresh(found.paymentId));
      return this.parts.access.view(params.orderId, found.as);
    });
  }
}

/** Runs what asks the provider; its absence is a refusal that may be repeated. */
async function asked<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof PaymentsAway) throw refuse('payments_away', { cause });
    throw cause;
  }
}

function refusalOf(result: Exclude<PlaceOrderResult, { code: 'placed' }>): Error {
  switch (result.code) {
    case 'not_found':
      return refuse('hold_not_found', { extra: { holdId: result.holdId } });
    case 'ended':
      return refuse('hold_ended', { extra: { holdId: result.holdId, state: result.state } });
    case 'stopped':
      return refuse('sale_closed', { extra: { holdId: result.holdId } });
    case 'paused':
      return refuse('sale_paused', { extra: { holdId: result.holdId } });
    case 'changed':
      return refuse('sale_paused');
    case 'hold_in_order':
      return refuse('hold_in_order', { extra: { orderId: result.orderId } });
    default:
      return refuse(result.code);
  }
}
