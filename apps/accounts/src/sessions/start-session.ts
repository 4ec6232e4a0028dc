import type { Query } from '#bus';
import type { Identity } from '#contracts';
import { newId, type Clock } from '#process';
import { randomBytes } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { Session } from '../database/entities/session.entity.ts';
import type { User } from '../database/entities/user.entity.ts';
import { accountView, identityOf, shopsOf } from '../people/account-view.ts';
import { AccessTokens } from '../tokens/access-tokens.ts';
import type { Seal } from '../tokens/seal.ts';
import { endSessions } from './end-sessions.ts';
import { writeRefreshToken } from './refresh-token.ts';

/** Where a session comes from. */
export interface Caller {
  address: string;
  /** The User-Agent header as it came. */
  client: string;
}

export type Transport = 'cookie' | 'token';

/** A session with the pair of tokens that its holder gets now. */
export interface SessionPair {
  account: ReturnType<typeof accountView>;
  sessionId: string;
  transport: Transport;
  accessToken: string;
  accessExpiresAt: number;
  refreshToken: string;
  sessionExpiresAt: number;
}

/** Open sessions of one account; beyond it the one unused for longest ends. */
const MOST_SESSIONS = 50;
const CLIENT_LENGTH = 200;

export interface SessionParts {
  seal: Seal;
  accessTokens: AccessTokens;
  clock: Clock;
  /** A session that nobody refreshes ends after so long. */
  idleMs: number;
}

/** Starts and continues sessions: writes the row, issues the pair. */
export class Sessions {
  private readonly parts: SessionParts;

  constructor(parts: SessionParts) {
    this.parts = parts;
  }

  /** A new session of `user`, in the caller's transaction. */
  async start(
    tx: EntityManager,
    query: Query,
    user: User,
    caller: Caller,
    transport: Transport,
  ): Promise<SessionPair> {
    await endOldest(query, user.userId);
    const now = this.parts.clock.now();
    const session = tx.create(Session, {
      sessionId: newId(),
      userId: user.userId,
      generation: 0,
      rotatedAt: new Date(now),
      salt: randomBytes(16).toString('base64url'),
      transport,
      client: caller.client.replaceAll(/\p{Cc}/gu, '').slice(0, CLIENT_LENGTH),
      address: caller.address,
      createdAt: new Date(now),
      lastUsedAt: new Date(now),
      expiresAt: new Date(now + this.parts.idleMs),
      endedAt: null,
      endReason: null,
    });
    await tx.insert(Session, session);
    return this.pair(session, user, await shopsOf(tx, user.userId));
  }

  /** The pair that belongs to `session` as it is now. */
  async pair(session: Session, user: User, shops: Identity['shops']): Promise<SessionPair> {
    const { seal, accessTokens, clock } = this.parts;
    const holder = identityOf(user, shops, session.sessionId);
    const access = await accessTokens.issue(holder, clock.now(), session.expiresAt.getTime());
    return {
      account: accountView(user, shops),
      sessionId: session.sessionId,
      transport: session.transport,
      accessToken: access.token,
      accessExpiresAt: access.expiresAt,
      refreshToken: writeRefreshToken(seal, session, session.salt),
      sessionExpiresAt: session.expiresAt.getTime(),
    };
  }

  /** When a session that is refreshed now ends. */
  nextExpiry(): Date {
    return new Date(this.parts.clock.now() + this.parts.idleMs);
  }
}

async function endOldest(query: Query, userId: string): Promise<void> {
  const rows = await query<{ session_id: string }>(
    `SELECT session_id FROM sessions WHERE user_id = $1 AND ended_at IS NULL
     ORDER BY last_used_at DESC OFFSET $2`,
    [userId, MOST_SESSIONS - 1],
  );
  await endSessions(
    query,
    userId,
    rows.map((row) => row.session_id),
    'revoked',
  );
}
