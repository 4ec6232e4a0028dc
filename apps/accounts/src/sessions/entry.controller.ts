import {
  createGuestEndpoint,
  logInEndpoint,
  refreshSessionEndpoint,
  signUpEndpoint,
  type Identity,
  type InputOf,
  type SessionView,
} from '#contracts';
import { Caller, CSRF_COOKIE, In, refuse, Serves, TOKENS, type TokenVerifier } from '#service';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { orUnavailable, retryAfter } from '../passwords/or-unavailable.ts';
import { CreateGuest } from './create-guest.ts';
import { LogIn } from './log-in.ts';
import { RefreshSession } from './refresh-session.ts';
import { callerOf } from './request-caller.ts';
import { REFRESH_COOKIE, SessionCookies } from './session-cookies.ts';
import { SignUp } from './sign-up.ts';
import type { SessionPair } from './start-session.ts';

/** Sign-up, log-in, guests and refresh: everything that hands out tokens. */
@Controller()
export class EntryController {
  constructor(
    private readonly signUpUseCase: SignUp,
    private readonly logInUseCase: LogIn,
    private readonly createGuest: CreateGuest,
    private readonly refreshSession: RefreshSession,
    private readonly cookies: SessionCookies,
    @Inject(TOKENS) private readonly tokens: TokenVerifier,
  ) {}

  @Serves(signUpEndpoint)
  async signUp(
    @In() { body }: InputOf<typeof signUpEndpoint>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const outcome = await orUnavailable(this.signUpUseCase.signUp(body, callerOf(request), body.transport));
    if (!outcome.ok) throw refuse(outcome.code);
    return this.hand(outcome.pair, request, reply);
  }

  @Serves(logInEndpoint)
  async logIn(
    @In() { body }: InputOf<typeof logInEndpoint>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const { email, password, transport } = body;
    const outcome = await orUnavailable(
      this.logInUseCase.logIn(email, password, callerOf(request), transport),
    );
    if (outcome.ok) return this.hand(outcome.pair, request, reply);
    throw refuse(outcome.code, retryAfter(outcome));
  }

  @Serves(createGuestEndpoint)
  async guest(
    @In() { body }: InputOf<typeof createGuestEndpoint>,
    @Caller() present: Identity | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const outcome = await this.createGuest.create(
      body.displayName,
      present,
      callerOf(request),
      body.transport,
    );
    if (!outcome.ok) throw refuse(outcome.code);
    return this.hand(outcome.pair, request, reply);
  }

  @Serves(refreshSessionEndpoint)
  async refresh(
    @In() { body }: InputOf<typeof refreshSessionEndpoint>,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SessionView> {
    const token = body.refreshToken ?? request.cookies[REFRESH_COOKIE];
    const outcome = token
      ? await this.refreshSession.refresh(token, callerOf(request))
      : ({ ok: false, code: 'session_ended' } as const);
    if (outcome.ok) return this.hand(outcome.pair, request, reply);
    if (outcome.code === 'refresh_reused') this.tokens.revokeSession(outcome.sessionId);
    if (!body.refreshToken) this.cookies.clear(reply);
    throw refuse(outcome.code);
  }

  private hand(pair: SessionPair, request: FastifyRequest, reply: FastifyReply): SessionView {
    const inCookies = pair.transport === 'cookie';
    if (inCookies) this.cookies.write(reply, pair, Date.now(), request.cookies[CSRF_COOKIE]);
    void reply.header('cache-control', 'no-store');
    return {
      account: pair.account,
      sessionId: pair.sessionId,
      accessExpiresAt: new Date(pair.accessExpiresAt).toISOString(),
      sessionExpiresAt: new Date(pair.sessionExpiresAt).toISOString(),
      ...(inCookies ? {} : { accessToken: pair.accessToken, refreshToken: pair.refreshToken }),
    };
  }
}
