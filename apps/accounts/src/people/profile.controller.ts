import {
  changePasswordEndpoint,
  getMeEndpoint,
  updateMeEndpoint,
  type AccountView,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, Serves, TOKENS, type TokenVerifier } from '#service';
import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { orUnavailable, retryAfter } from '../passwords/or-unavailable.ts';
import { callerOf } from '../sessions/request-caller.ts';
import { Profile } from './profile.ts';

/** The caller's own account. */
@Controller()
export class ProfileController {
  constructor(
    private readonly profile: Profile,
    @Inject(TOKENS) private readonly tokens: TokenVerifier,
  ) {}

  @Serves(getMeEndpoint)
  async get(@Caller() caller: Identity): Promise<AccountView> {
    return orUnauthenticated(await this.profile.read(caller.userId));
  }

  @Serves(updateMeEndpoint)
  async update(
    @In() { body }: InputOf<typeof updateMeEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<AccountView> {
    return orUnauthenticated(await this.profile.rename(caller.userId, body.displayName, request.ip));
  }

  @Serves(changePasswordEndpoint)
  async changePassword(
    @In() { body }: InputOf<typeof changePasswordEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const change = this.profile.changePassword(
      caller,
      body.currentPassword,
      body.newPassword,
      callerOf(request),
    );
    const outcome = await orUnavailable(change);
    if (!outcome.ok) {
      throw refuse(outcome.code, retryAfter(outcome));
    }
    for (const sessionId of outcome.ended) this.tokens.revokeSession(sessionId);
  }
}

/** A token of an account that is gone is a token of nobody. */
function orUnauthenticated(view: AccountView | null): AccountView {
  if (!view) throw refuse('unauthenticated');
  return view;
}
