import type { Identity } from '#contracts';
import { newId, type Clock } from '#process';
import { withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { Session } from '../database/entities/session.entity.ts';
import { User } from '../database/entities/user.entity.ts';
import { lockUser } from '../people/lock-user.ts';
import { Sessions, type Caller, type SessionPair, type Transport } from './start-session.ts';

export type GuestOutcome = { ok: true; pair: SessionPair } | { ok: false; code: 'account_banned' };

/** Makes a guest: somebody with a name who may chat where guests may. A guest who comes again takes the new name. */
export class CreateGuest {
  private readonly database: DataSource;
  private readonly sessions: Sessions;
  private readonly clock: Clock;

  constructor(parts: { database: DataSource; sessions: Sessions; clock: Clock }) {
    this.database = parts.database;
    this.sessions = parts.sessions;
    this.clock = parts.clock;
  }

  async create(
    displayName: string,
    present: Identity | undefined,
    caller: Caller,
    transport: Transport,
  ): Promise<GuestOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      if (present?.kind === 'guest') {
        const user = await lockUser(tx, present.userId);
        const session = await tx.findOneBy(Session, { sessionId: present.sessionId });
        if (user?.bannedAt) return { ok: false, code: 'account_banned' };
        if (user && session && !session.endedAt) {
          await tx.update(User, { userId: user.userId }, { displayName });
          user.displayName = displayName;
          return { ok: true, pair: await this.sessions.pair(session, user, []) };
        }
      }
      const user = this.newGuest(displayName);
      await tx.insert(User, user);
      return { ok: true, pair: await this.sessions.start(tx, query, user, caller, transport) };
    });
  }

  private newGuest(displayName: string): User {
    return this.database.manager.create(User, {
      userId: newId(),
      kind: 'guest',
      email: null,
      passwordHash: null,
      displayName,
      platformRoles: [],
      bannedAt: null,
      banReason: null,
      createdAt: new Date(this.clock.now()),
      version: 0,
    });
  }
}
