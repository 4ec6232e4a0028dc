import type { AccountView, Identity } from '#contracts';
import { withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { User } from '../database/entities/user.entity.ts';
import { LogInThrottle } from '../passwords/log-in-throttle.ts';
import { PasswordHasher } from '../passwords/password-hasher.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import type { Caller } from '../sessions/start-session.ts';
import { accountView, shopsOf } from './account-view.ts';
import { lockUser } from './lock-user.ts';

export type PasswordOutcome =
  | { ok: true; ended: string[] }
  | { ok: false; code: 'credentials_wrong' }
  | { ok: false; code: 'too_many_attempts'; retryAfterS: number };

/** What a person changes about their own account. */
export class Profile {
  private readonly database: DataSource;
  private readonly hasher: PasswordHasher;
  private readonly throttle: LogInThrottle;

  constructor(database: DataSource, hasher: PasswordHasher, throttle: LogInThrottle) {
    this.database = database;
    this.hasher = hasher;
    this.throttle = throttle;
  }

  /** The account of `userId`; null when it is gone. */
  async read(userId: string): Promise<AccountView | null> {
    const tx = this.database.manager;
    const user = await tx.findOneBy(User, { userId });
    return user && accountView(user, await shopsOf(tx, userId));
  }

  /** Changes the name; tokens carry it from the next refresh on. */
  async rename(userId: string, displayName: string, address: string): Promise<AccountView | null> {
    return withTransaction(this.database, async (tx, query) => {
      const user = await lockUser(tx, userId);
      if (!user) return null;
      if (user.displayName !== displayName) {
        await tx.update(User, { userId }, { displayName });
        const data = { from: user.displayName, to: displayName };
        await recordAct(query, {
          actorId: userId,
          action: 'account.renamed',
          subjectId: userId,
          address,
          data,
        });
        user.displayName = displayName;
      }
      return accountView(user, await shopsOf(tx, userId));
    });
  }

  /** Sets a new password for whoever knows the present one, and ends every other session. */
  async changePassword(
    caller: Identity,
    present: string,
    next: string,
    from: Caller,
  ): Promise<PasswordOutcome> {
    const { userId } = caller;
    const admitted = await this.throttle.admit(`password-of:${userId}`, from.address);
    if (!admitted.ok) return { ok: false, code: 'too_many_attempts', retryAfterS: admitted.retryAfterS };
    const digest = await this.digestOf(userId);
    if (!(await this.hasher.matches(present, digest)) || !digest)
      return { ok: false, code: 'credentials_wrong' };
    const passwordHash = await this.hasher.hash(next);
    return withTransaction(this.database, async (tx, query) => {
      await lockUser(tx, userId);
      const changed = await query(
        'UPDATE users SET password_hash = $2 WHERE user_id = $1 AND password_hash = $3 RETURNING 1',
        [userId, passwordHash, digest],
      );
      if (changed.length === 0) return { ok: false, code: 'credentials_wrong' };
      const ended = await endAllSessions(query, userId, 'password_changed', caller.sessionId);
      await recordAct(query, {
        actorId: userId,
        action: 'account.password_changed',
        subjectId: userId,
        address: from.address,
      });
      return { ok: true, ended };
    });
  }

  private async digestOf(userId: string): Promise<string | undefined> {
    const user = await this.database.manager.findOne(User, {
      where: { userId },
      select: { userId: true, passwordHash: true },
    });
    return user?.passwordHash ?? undefined;
  }
}
