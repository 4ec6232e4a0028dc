import {
  getWaitlistEntryEndpoint,
  joinWaitlistEndpoint,
  leaveWaitlistEndpoint,
  type ErrorCode,
  type Identity,
  type InputOf,
  type WaitlistEntryView,
} from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { Waitlist, type JoinResult } from './waitlist.ts';

@Controller()
export class WaitlistController {
  constructor(private readonly waitlist: Waitlist) {}

  @Serves(joinWaitlistEndpoint)
  async join(
    @In() { params }: InputOf<typeof joinWaitlistEndpoint>,
    @Caller() caller: Identity,
  ): Promise<WaitlistEntryView> {
    const result = await this.waitlist.join(params.saleId, params.variantId, caller.userId);
    if (result.code === 'waiting') return result.entry;
    throw refuse(CODES[result.code]);
  }

  @Serves(getWaitlistEntryEndpoint)
  async get(
    @In() { params }: InputOf<typeof getWaitlistEntryEndpoint>,
    @Caller() caller: Identity,
  ): Promise<WaitlistEntryView> {
    const entry = await this.waitlist.find(params.saleId, params.variantId, caller.userId);
    if (!entry) throw refuse('waitlist_entry_not_found');
    return entry;
  }

  @Serves(leaveWaitlistEndpoint)
  async leave(
    @In() { params }: InputOf<typeof leaveWaitlistEndpoint>,
    @Caller() caller: Identity,
  ): Promise<WaitlistEntryView> {
    const result = await this.waitlist.leave(params.saleId, params.variantId, caller.userId);
    if (result.code === 'left') return result.entry;
    throw refuse(result.code === 'paused' ? 'sale_paused' : 'waitlist_entry_not_found');
  }
}

const CODES = {
  available: 'waitlist_not_needed',
  closed: 'waitlist_closed',
  limit_reached: 'limit_reached',
  unknown_variant: 'variant_not_in_sale',
  unknown_sale: 'sale_not_found',
  paused: 'sale_paused',
} as const satisfies Record<Exclude<JoinResult['code'], 'waiting'>, ErrorCode>;
