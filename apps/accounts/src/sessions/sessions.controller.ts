import {
  getSessionEndpoint,
  listSessionsEndpoint,
  logOutEndpoint,
  revokeOtherSessionsEndpoint,
  revokeSessionEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, Serves, TOKENS, type TokenVerifier } from '#service';
import { Controller, Inject, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EndSession } from './end-session.ts';
import { ReadSessions } from './read-sessions.ts';
import { callerOf } from './request-caller.ts';
import { REFRESH_COOKIE, SessionCookies } from './session-cookies.ts';

/** The sessions of the caller: which there are, and how they end. */
@Controller()
export class SessionsController {
  constructor(
    private readonly readSessions: ReadSessions,
    private readonly endSession: EndSession,
    private readonly cookies: SessionCookies,
    @Inject(TOKENS) private readonly tokens: TokenVerifier,
  ) {}

  @Serves(getSessionEndpoint)
  get(@Caller() caller: Identity | undefined): Promise<AnswerOf<typeof getSessionEndpoint>> {
    return this.readSessions.current(caller);
  }

  @Serves(listSessionsEndpoint)
  list(@Caller() caller: Identity): Promise<AnswerOf<typeof listSessionsEndpoint>> {
    return this.readSessions.list(caller);
  }

  @Serves(logOutEndpoint)
  async logOut(
    @Caller() caller: Identity | undefined,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<void> {
    const token = request.cookies[REFRESH_COOKIE];
    const { address } = callerOf(request);
    if (token) this.forget(await this.endSession.byToken(token, address));
    if (caller)
      this.forget(await this.endSession.byId(caller.userId, [caller.sessionId], 'logged_out', address));
    this.cookies.clear(reply);
  }

  @Serves(revokeSessionEndpoint)
  async revoke(
    @In() { params }: InputOf<typeof revokeSessionEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<void> {
    const { address } = callerOf(request);
    const ended = await this.endSession.byId(caller.userId, [params.sessionId], 'revoked', address);
    if (ended.length === 0) throw refuse('session_not_found');
    this.forget(ended);
  }

  @Serves(revokeOtherSessionsEndpoint)
  async revokeOthers(@Caller() caller: Identity, @Req() request: FastifyRequest): Promise<{ ended: number }> {
    const { items } = await this.readSessions.list(caller);
    const others = items.filter((session) => !session.current).map((session) => session.sessionId);
    const ended = await this.endSession.byId(caller.userId, others, 'revoked', callerOf(request).address);
    this.forget(ended);
    return { ended: ended.length };
  }

  /** This instance at once; the others by the event. */
  private forget(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) this.tokens.revokeSession(sessionId);
  }
}
