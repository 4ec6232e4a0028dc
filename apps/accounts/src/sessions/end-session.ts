import { withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { Session } from '../database/entities/session.entity.ts';
import { lockUser } from '../people/lock-user.ts';
import type { Seal } from '../tokens/seal.ts';
import { endSessions } from './end-sessions.ts';
import { isOurRefreshToken, readRefreshToken } from './refresh-token.ts';

/** Ends sessions before their time: this one, another of the same person, or all others. */
export class EndSession {
  private readonly database: DataSource;
  private readonly seal: Seal;

  constructor(database: DataSource, seal: Seal) {
    this.database = database;
    this.seal = seal;
  }

  /** Logs out whoever holds `refreshToken`, also an old one: to end a session needs no proof of freshness. */
  async byToken(refreshToken: string, address: string): Promise<string[]> {
    const claim = readRefreshToken(refreshToken);
    const session = claim && (await this.database.manager.findOneBy(Session, { sessionId: claim.sessionId }));
    if (!claim || !session || !isOurRefreshToken(this.seal, claim, session.salt)) return [];
    return this.byId(session.userId, [session.sessionId], 'logged_out', address);
  }

  /** Ends those of `sessionIds` that are open sessions of `userId`; gives the ids that ended. */
  async byId(
    userId: string,
    sessionIds: readonly string[],
    reason: 'logged_out' | 'revoked',
    address: string,
  ): Promise<string[]> {
    return withTransaction(this.database, async (tx, query) => {
      await lockUser(tx, userId);
      const ended = await endSessions(query, userId, sessionIds, reason);
      for (const sessionId of ended) {
        await recordAct(query, {
          actorId: userId,
          action: 'session.ended',
          subjectId: userId,
          address,
          data: { sessionId, reason },
        });
      }
      return ended;
    });
  }
}
