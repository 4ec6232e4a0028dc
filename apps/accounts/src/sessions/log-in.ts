import { withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { User } from '../database/entities/user.entity.ts';
import { LogInThrottle } from '../passwords/log-in-throttle.ts';
import { PasswordHasher } from '../passwords/password-hasher.ts';
import { lockUser } from '../people/lock-user.ts';
import { Sessions, type Caller, type SessionPair, type Transport } from './start-session.ts';

export type LogInOutcome =
  | { ok: true; pair: SessionPair }
  | { ok: false; code: 'credentials_wrong' | 'account_banned' }
  | { ok: false; code: 'too_many_attempts'; retryAfterS: number };

/**
 * Starts a session with e-mail address and password. An unknown address costs a hash like a known one and gets the
 * same answer; a ban is told only to whoever knows the password.
 */
export class LogIn {
  private readonly database: DataSource;
  private readonly hasher: PasswordHasher;
  private readonly throttle: LogInThrottle;
  private readonly sessions: Sessions;

  constructor(parts: {
    database: DataSource;
    hasher: PasswordHasher;
    throttle: LogInThrottle;
    sessions: Sessions;
  }) {
    this.database = parts.database;
    this.hasher = parts.hasher;
    this.throttle = parts.throttle;
    this.sessions = parts.sessions;
  }

  async logIn(email: string, password: string, caller: Caller, transport: Transport): Promise<LogInOutcome> {
    const admitted = await this.throttle.admit(email, caller.address);
    if (!admitted.ok) return { ok: false, code: 'too_many_attempts', retryAfterS: admitted.retryAfterS };
    const known = await findByEmail(this.database, email);
    const digest = known?.passwordHash ?? undefined;
    if (!(await this.hasher.matches(password, digest)) || !known || !digest) {
      return { ok: false, code: 'credentials_wrong' };
    }
    const renewed = this.hasher.isOutdated(digest) ? await this.hasher.hash(password) : undefined;
    return withTransaction(this.database, async (tx, query) => {
      const user = await lockUser(tx, known.userId);
      const now = await tx.findOne(User, {
        where: { userId: known.userId },
        select: { userId: true, passwordHash: true },
      });
      if (!user || now?.passwordHash !== digest) return { ok: false, code: 'credentials_wrong' };
      if (user.bannedAt) return { ok: false, code: 'account_banned' };
      if (renewed) await tx.update(User, { userId: user.userId }, { passwordHash: renewed });
      const pair = await this.sessions.start(tx, query, user, caller, transport);
      await recordAct(query, {
        actorId: user.userId,
        action: 'session.started',
        subjectId: user.userId,
        address: caller.address,
        data: { sessionId: pair.sessionId },
      });
      return { ok: true, pair };
    });
  }
}

function findByEmail(database: DataSource, email: string): Promise<User | null> {
  return database.manager
    .createQueryBuilder(User, 'user')
    .addSelect('user.passwordHash')
    .where('lower(user.email) = lower(:email)', { email })
    .getOne();
}
