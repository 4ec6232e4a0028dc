import {
  changePasswordEndpoint,
  eraseAccountEndpoint,
  exportAccountEndpoint,
  getMeEndpoint,
  resetPasswordEndpoint,
  updateMeEndpoint,
  type AccountView,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, Serves, TOKENS, type TokenVerifier } from '#service';
import { Controller, Inject, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { orUnavailable, retryAfter } from '../passwords/or-unavailable.ts';
import { callerOf } from '../sessions/request-caller.ts';
import { ResetPassword } from '../passwords/reset-password.ts';
import { EraseAccount } from './erase-account.ts';
import { ExportAccount } from './export-account.ts';
import { Profile } from './profile.ts';

/** The caller's own account. */
@Controller()
export class ProfileController {
  constructor(
    private readonly profile: Profile,
    private readonly exporter: ExportAccount,
    private readonly eraser: EraseAccount,
    private readonly resets: ResetPassword,
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

  @Serves(exportAccountEndpoint)
  async export(@Caller() caller: Identity): Promise<AnswerOf<typeof exportAccountEndpoint>> {
    return orUnauthenticated(await this.exporter.export(caller));
  }

  @Serves(eraseAccountEndpoint)
  async erase(
    @In() { body }: InputOf<typeof eraseAccountEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const outcome = await orUnavailable(this.eraser.erase(caller, body.password, request.ip));
    if (!outcome.ok) throw refuse(outcome.code, retryAfter(outcome));
    for (const sessionId of outcome.ended) this.tokens.revokeSession(sessionId);
  }

  @Serves(resetPasswordEndpoint)
  async resetPassword(
    @In() { body }: InputOf<typeof resetPasswordEndpoint>,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const outcome = await orUnavailable(this.resets.use(body.token, body.newPassword, request.ip));
    if (!outcome.ok) throw refuse(outcome.code);
    for (const sessionId of outcome.ended) this.tokens.revokeSession(sessionId);
  }
}

/** A token of an account that is gone is a token of nobody. */
function orUnauthenticated<T>(view: T | null): T {
  if (!view) throw refuse('unauthenticated');
  return view;
}
