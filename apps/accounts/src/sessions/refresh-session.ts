import type { Query } from '#bus';
import type { Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { Session } from '../database/entities/session.entity.ts';
import type { User } from '../database/entities/user.entity.ts';
import { shopsOf } from '../people/account-view.ts';
import { lockUser } from '../people/lock-user.ts';
import type { Seal } from '../tokens/seal.ts';
import { endSessions } from './end-sessions.ts';
import { judgeRefresh } from './judge-refresh.ts';
import { isOurRefreshToken, readRefreshToken } from './refresh-token.ts';
import { Sessions, type Caller, type SessionPair } from './start-session.ts';

export type RefreshOutcome =
  | { ok: true; pair: SessionPair }
  | { ok: false; code: 'session_ended' | 'account_banned' }
  | { ok: false; code: 'refresh_reused'; sessionId: string };

/** Trades a refresh token for the next pair, or ends the session when the token was used before. */
export class RefreshSession {
  private readonly database: DataSource;
  private readonly sessions: Sessions;
  private readonly seal: Seal;
  private readonly clock: Clock;

  constructor(parts: { database: DataSource; sessions: Sessions; seal: Seal; clock: Clock }) {
    this.database = parts.database;
    this.sessions = parts.sessions;
    this.seal = parts.seal;
    this.clock = parts.clock;
  }

  async refresh(token: string, caller: Caller): Promise<RefreshOutcome> {
    const claim = readRefreshToken(token);
    if (!claim) return { ok: false, code: 'session_ended' };
    return withTransaction(this.database, async (tx, query) => {
      const found = await tx.findOneBy(Session, { sessionId: claim.sessionId });
      if (!found || !isOurRefreshToken(this.seal, claim, found.salt))
        return { ok: false, code: 'session_ended' };
      const user = await lockUser(tx, found.userId);
      const session = await tx.findOneBy(Session, { sessionId: claim.sessionId });
      if (!user || !session) return { ok: false, code: 'session_ended' };
      if (user.bannedAt) return { ok: false, code: 'account_banned' };
      const verdict = judgeRefresh(stateOf(session), claim.generation, this.clock.now());
      if (verdict === 'over') return { ok: false, code: 'session_ended' };
      if (verdict === 'reused') return this.endFamily(query, session, caller);
      if (verdict === 'rotate') await this.rotate(tx, session, caller);
      return { ok: true, pair: await this.pairOf(tx, session, user) };
    });
  }

  private async rotate(tx: EntityManager, session: Session, caller: Caller): Promise<void> {
    const now = new Date(this.clock.now());
    const next = {
      generation: session.generation + 1,
      rotatedAt: now,
      lastUsedAt: now,
      expiresAt: this.sessions.nextExpiry(),
      address: caller.address,
    };
    await tx.update(Session, { sessionId: session.sessionId }, next);
    Object.assign(session, next);
  }

  private async pairOf(tx: EntityManager, session: Session, user: User): Promise<SessionPair> {
    return this.sessions.pair(session, user, await shopsOf(tx, user.userId));
  }

  private async endFamily(
    query: Query,
    { sessionId, userId }: Session,
    caller: Caller,
  ): Promise<RefreshOutcome> {
    await endSessions(query, userId, [sessionId], 'refresh_reused');
    await recordAct(query, {
      actorId: null,
      action: 'session.ended',
      subjectId: userId,
      address: caller.address,
      data: { sessionId, reason: 'refresh_reused' },
    });
    return { ok: false, code: 'refresh_reused', sessionId };
  }
}

function stateOf(session: Session) {
  return {
    generation: session.generation,
    rotatedAt: session.rotatedAt.getTime(),
    expiresAt: session.expiresAt.getTime(),
    ended: session.endedAt !== null,
  };
}
