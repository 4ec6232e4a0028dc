import { newId, type Clock } from '#process';
import { isUniqueViolation, withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { User } from '../database/entities/user.entity.ts';
import { PasswordHasher } from '../passwords/password-hasher.ts';
import { Sessions, type Caller, type SessionPair, type Transport } from './start-session.ts';

export type SignUpOutcome = { ok: true; pair: SessionPair } | { ok: false; code: 'email_taken' };

export interface NewAccount {
  email: string;
  password: string;
  displayName: string;
}

/** Opens an account and its first session; the database decides between two with the same address. */
export class SignUp {
  private readonly database: DataSource;
  private readonly hasher: PasswordHasher;
  private readonly sessions: Sessions;
  private readonly clock: Clock;

  constructor(parts: { database: DataSource; hasher: PasswordHasher; sessions: Sessions; clock: Clock }) {
    this.database = parts.database;
    this.hasher = parts.hasher;
    this.sessions = parts.sessions;
    this.clock = parts.clock;
  }

  async signUp(account: NewAccount, caller: Caller, transport: Transport): Promise<SignUpOutcome> {
    const passwordHash = await this.hasher.hash(account.password);
    const user = this.database.manager.create(User, {
      userId: newId(),
      kind: 'user',
      email: account.email,
      passwordHash,
      displayName: account.displayName,
      platformRoles: [],
      bannedAt: null,
      banReason: null,
      createdAt: new Date(this.clock.now()),
      version: 0,
    });
    try {
      return await withTransaction(this.database, async (tx, query) => {
        await tx.insert(User, user);
        const pair = await this.sessions.start(tx, query, user, caller, transport);
        await recordAct(query, {
          actorId: user.userId,
          action: 'account.signed_up',
          subjectId: user.userId,
          address: caller.address,
        });
        return { ok: true, pair };
      });
    } catch (error) {
      if (isUniqueViolation(error, 'users_email')) return { ok: false, code: 'email_taken' };
      throw error;
    }
  }
}
