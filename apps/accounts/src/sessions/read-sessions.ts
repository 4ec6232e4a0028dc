import type { AnswerOf, getSessionEndpoint, Identity, listSessionsEndpoint } from '#contracts';
import type { Clock } from '#process';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { Session } from '../database/entities/session.entity.ts';
import { User } from '../database/entities/user.entity.ts';
import { accountView, shopsOf } from '../people/account-view.ts';

/** What a person may see of their own sessions. */
export class ReadSessions {
  private readonly database: DataSource;
  private readonly clock: Clock;

  constructor(database: DataSource, clock: Clock) {
    this.database = database;
    this.clock = clock;
  }

  /** Who the caller is now, by the database rather than by the token. */
  async current(caller: Identity | undefined): Promise<AnswerOf<typeof getSessionEndpoint>> {
    const tx = this.database.manager;
    const user = caller && (await tx.findOneBy(User, { userId: caller.userId }));
    if (!caller || !user) return { account: null, sessionId: null, accessExpiresAt: null };
    return {
      account: accountView(user, await shopsOf(tx, user.userId)),
      sessionId: caller.sessionId,
      accessExpiresAt: new Date(caller.expiresAt).toISOString(),
    };
  }

  /** The open sessions of the caller, the latest used first. */
  async list(caller: Identity): Promise<AnswerOf<typeof listSessionsEndpoint>> {
    const open = await this.database.manager.find(Session, {
      where: { userId: caller.userId, endedAt: IsNull(), expiresAt: MoreThan(new Date(this.clock.now())) },
      order: { lastUsedAt: 'DESC' },
    });
    return {
      items: open.map((session) => ({
        sessionId: session.sessionId,
        current: session.sessionId === caller.sessionId,
        client: session.client,
        address: session.address,
        createdAt: session.createdAt.toISOString(),
        lastUsedAt: session.lastUsedAt.toISOString(),
        expiresAt: session.expiresAt.toISOString(),
      })),
    };
  }
}
