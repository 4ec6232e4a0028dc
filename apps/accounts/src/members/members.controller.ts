import {
  addMemberEndpoint,
  changeMemberEndpoint,
  listMembersEndpoint,
  listShopAuditEndpoint,
  removeMemberEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type MemberView,
} from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { Controller, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ReadAudit } from '../audit/read-audit.ts';
import { Members } from './members.ts';

/** A shop's people: only owners change them; members may leave. */
@Controller()
export class MembersController {
  constructor(
    private readonly members: Members,
    private readonly audit: ReadAudit,
  ) {}

  @Serves(listMembersEndpoint)
  async list(
    @In() { params }: InputOf<typeof listMembersEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listMembersEndpoint>> {
    const belongs = caller.shops.some((shop) => shop.shopId === params.shopId);
    if (!belongs) requireShop(caller, params.shopId, 'members:write');
    return { items: await this.members.list(params.shopId) };
  }

  @Serves(addMemberEndpoint)
  async add(
    @In() { params, body }: InputOf<typeof addMemberEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<MemberView> {
    requireShop(caller, params.shopId, 'members:write');
    const outcome = await this.members.add(params.shopId, body.userId, body.role, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
    return outcome.member;
  }

  @Serves(changeMemberEndpoint)
  async change(
    @In() { params, body }: InputOf<typeof changeMemberEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<MemberView> {
    requireShop(caller, params.shopId, 'members:write');
    const outcome = await this.members.changeRole(params.shopId, params.userId, body.role, {
      caller,
      address,
    });
    if (!outcome.ok) throw refuse(outcome.code);
    return outcome.member;
  }

  @Serves(removeMemberEndpoint)
  async remove(
    @In() { params }: InputOf<typeof removeMemberEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<void> {
    if (params.userId !== caller.userId) requireShop(caller, params.shopId, 'members:write');
    const outcome = await this.members.remove(params.shopId, params.userId, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
  }

  @Serves(listShopAuditEndpoint)
  async record(
    @In() { params, query }: InputOf<typeof listShopAuditEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listShopAuditEndpoint>> {
    requireShop(caller, params.shopId, 'members:write');
    return this.audit.list({ shopId: params.shopId }, query);
  }
}
