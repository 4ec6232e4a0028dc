import {
  getHoldEndpoint,
  listHoldsEndpoint,
  placeHoldsEndpoint,
  releaseHoldEndpoint,
  type AnswerOf,
  type ErrorCode,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, Serves, type Refusal } from '#service';
import { Controller } from '@nestjs/common';
import { OwnHolds } from './own-holds.ts';
import { PlaceHolds, type HoldReason } from './place-holds.ts';

@Controller()
export class HoldsController {
  constructor(
    private readonly placeHolds: PlaceHolds,
    private readonly ownHolds: OwnHolds,
  ) {}

  @Serves(placeHoldsEndpoint)
  async place(
    @In() { body }: InputOf<typeof placeHoldsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof placeHoldsEndpoint>> {
    const result = await this.placeHolds.place(caller.userId, body.holds);
    if (result.code === 'refused') throw refusalOf(result.saleId, result.reason);
    return { holds: result.holds, serverTime: new Date().toISOString() };
  }

  @Serves(listHoldsEndpoint)
  async list(@Caller() caller: Identity): Promise<AnswerOf<typeof listHoldsEndpoint>> {
    return { holds: await this.ownHolds.list(caller.userId), serverTime: new Date().toISOString() };
  }

  @Serves(getHoldEndpoint)
  async get(
    @In() { params }: InputOf<typeof getHoldEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof getHoldEndpoint>> {
    const hold = await this.ownHolds.find(caller.userId, params.holdId);
    if (!hold) throw refuse('hold_not_found');
    return { ...hold, serverTime: new Date().toISOString() };
  }

  @Serves(releaseHoldEndpoint)
  async release(
    @In() { params }: InputOf<typeof releaseHoldEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof releaseHoldEndpoint>> {
    const result = await this.ownHolds.release(caller.userId, params.holdId);
    switch (result.code) {
      case 'released':
        return result.hold;
      case 'not_found':
        throw refuse('hold_not_found');
      case 'paying':
        throw refuse('hold_paying');
      case 'ended':
        throw refuse('hold_ended');
    }
  }
}

const CODES = {
  sold_out: 'sold_out',
  limit_reached: 'limit_reached',
  not_open: 'sale_not_open',
  ended: 'hold_ended',
  closed: 'sale_closed',
  paused: 'sale_paused',
  unknown_sale: 'sale_not_found',
  unknown_variant: 'variant_not_in_sale',
  other_lines: 'hold_id_reused',
  not_stored: 'hold_not_stored',
  busy: 'unavailable',
} as const satisfies Record<HoldReason['code'], ErrorCode>;

function refusalOf(saleId: string, reason: HoldReason): Refusal {
  const extra: Record<string, unknown> = { saleId };
  if (reason.code === 'sold_out')
    Object.assign(extra, { variantId: reason.variantId, waitlist: reason.waitlist });
  if (reason.code === 'limit_reached') Object.assign(extra, { limit: reason.limit, units: reason.units });
  if (reason.code === 'ended') extra.state = reason.state;
  if (reason.code === 'not_open' && reason.startsAt) extra.startsAt = new Date(reason.startsAt).toISOString();
  return refuse(CODES[reason.code], { extra });
}
