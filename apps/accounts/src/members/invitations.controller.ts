import {
  acceptInvitationEndpoint,
  createInvitationEndpoint,
  listInvitationsEndpoint,
  revokeInvitationEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type MemberView,
} from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { PUBLIC_URL } from '../settings.ts';
import { Invitations } from './invitations.ts';

/** Links that let people join a shop. */
@Controller()
export class InvitationsController {
  constructor(
    private readonly invitations: Invitations,
    @Inject(PUBLIC_URL) private readonly publicUrl: string,
  ) {}

  @Serves(createInvitationEndpoint)
  async create(
    @In() { params, body }: InputOf<typeof createInvitationEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<AnswerOf<typeof createInvitationEndpoint>> {
    requireShop(caller, params.shopId, 'members:write');
    const actor = { caller, address };
    const outcome = await this.invitations.create(params.shopId, body.role, body.note, actor);
    if (!outcome.ok) throw refuse(outcome.code);
    const url = new URL('/join', this.publicUrl);
    url.hash = outcome.token; // a fragment stays out of server logs
    return { invitation: outcome.invitation, token: outcome.token, url: url.href };
  }

  @Serves(listInvitationsEndpoint)
  async list(
    @In() { params }: InputOf<typeof listInvitationsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listInvitationsEndpoint>> {
    requireShop(caller, params.shopId, 'members:write');
    return { items: await this.invitations.list(params.shopId) };
  }

  @Serves(revokeInvitationEndpoint)
  async withdraw(
    @In() { params }: InputOf<typeof revokeInvitationEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<void> {
    requireShop(caller, params.shopId, 'members:write');
    const found = await this.invitations.withdraw(params.shopId, params.invitationId, { caller, address });
    if (!found) throw refuse('invitation_not_found');
  }

  @Serves(acceptInvitationEndpoint)
  async accept(
    @In() { body }: InputOf<typeof acceptInvitationEndpoint>,
    @Caller() caller: Identity,
    @Req() { ip: address }: FastifyRequest,
  ): Promise<MemberView> {
    const outcome = await this.invitations.accept(body.token, { caller, address });
    if (!outcome.ok) throw refuse(outcome.code);
    return outcome.member;
  }
}
