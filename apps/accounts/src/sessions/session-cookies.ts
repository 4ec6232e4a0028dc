import { CSRF_COOKIE, SESSION_COOKIE } from '#service';
import type { FastifyReply } from 'fastify';
import { randomBytes } from 'node:crypto';
import type { SessionPair } from './start-session.ts';

/** The refresh token's cookie: sent to the session calls only. */
export const REFRESH_COOKIE = 'sf_refresh';
const REFRESH_PATH = '/api/accounts/v1/session';

const CSRF_FORM = /^[\w-]{24}$/;

/** Writes and clears the cookies of a browser session. */
export class SessionCookies {
  private readonly secure: boolean;

  /** `publicUrl`: where browsers are; with https the cookies are never sent in the clear. */
  constructor(publicUrl: string) {
    this.secure = new URL(publicUrl).protocol === 'https:';
  }

  /** `csrf`: the value that the browser holds already; it stays, so that requests under way keep their match. */
  write(reply: FastifyReply, pair: SessionPair, now: number, csrf: string | undefined): void {
    const seconds = (until: number): number => Math.max(0, Math.floor((until - now) / 1_000));
    const session = {
      secure: this.secure,
      sameSite: 'lax',
      path: '/',
      maxAge: seconds(pair.accessExpiresAt),
    } as const;
    const lasting = seconds(pair.sessionExpiresAt);
    void reply.setCookie(SESSION_COOKIE, pair.accessToken, { ...session, httpOnly: true });
    void reply.setCookie(REFRESH_COOKIE, pair.refreshToken, {
      secure: this.secure,
      sameSite: 'strict',
      path: REFRESH_PATH,
      maxAge: lasting,
      httpOnly: true,
    });
    const value = csrf && CSRF_FORM.test(csrf) ? csrf : randomBytes(18).toString('base64url');
    void reply.setCookie(CSRF_COOKIE, value, { ...session, maxAge: lasting });
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(SESSION_COOKIE, { path: '/', secure: this.secure, sameSite: 'lax' });
    void reply.clearCookie(REFRESH_COOKIE, { path: REFRESH_PATH, secure: this.secure, sameSite: 'strict' });
    void reply.clearCookie(CSRF_COOKIE, { path: '/', secure: this.secure, sameSite: 'lax' });
  }
}
