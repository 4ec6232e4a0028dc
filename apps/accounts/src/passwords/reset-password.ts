import type { Clock } from '#process';
import { withTransaction } from '#service';
import { hash, randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import type { Actor } from '../members/members.ts';
import { lockUser } from '../people/lock-user.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import { PasswordHasher } from './password-hasher.ts';

export type MadeReset =
  { ok: true; token: string; expiresAt: Date } | { ok: false; code: 'user_not_found' | 'account_is_guest' };
export type UsedReset = { ok: true; ended: string[] } | { ok: false; code: 'password_reset_over' };

const RESET_LIFE_MS = 3_600_000;

/** A new password for somebody who lost theirs: staff make a link, the person uses it, once. */
export class ResetPassword {
  private readonly database: DataSource;
  private readonly hasher: PasswordHasher;
  private readonly clock: Clock;

  constructor(database: DataSource, hasher: PasswordHasher, clock: Clock) {
    this.database = database;
    this.hasher = hasher;
    this.clock = clock;
  }

  /** Makes the link's token, shown only here; a former one of the account is worth nothing from then on. */
  async make(userId: string, { caller, address }: Actor): Promise<MadeReset> {
    const token = randomBytes(24).toString('base64url');
    const expiresAt = new Date(this.clock.now() + RESET_LIFE_MS);
    return withTransaction(this.database, async (tx, query) => {
      const user = await lockUser(tx, userId);
      if (!user) return { ok: false, code: 'user_not_found' };
      if (user.kind === 'guest') return { ok: false, code: 'account_is_guest' };
      await query(
        `INSERT INTO password_resets (user_id, token_hash, expires_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at`,
        [userId, digest(token), expiresAt],
      );
      const act = {
        actorId: caller.userId,
        action: 'account.password_reset_made',
        subjectId: userId,
      } as const;
      await recordAct(query, { ...act, address });
      return { ok: true, token, expiresAt };
    });
  }

  /** Sets the password and ends every session: whoever took the account over is out. */
  async use(token: string, newPassword: string, address: string): Promise<UsedReset> {
    const userId = await this.holderOf(token);
    if (!userId) return { ok: false, code: 'password_reset_over' };
    const passwordHash = await this.hasher.hash(newPassword);
    return withTransaction(this.database, async (tx, query) => {
      await lockUser(tx, userId);
      const used = await query(
        'DELETE FROM password_resets WHERE user_id = $1 AND token_hash = $2 AND expires_at > $3 RETURNING 1',
        [userId, digest(token), new Date(this.clock.now())],
      );
      if (used.length === 0) return { ok: false, code: 'password_reset_over' };
      await query('UPDATE users SET password_hash = $2 WHERE user_id = $1', [userId, passwordHash]);
      const ended = await endAllSessions(query, userId, 'password_reset');
      await recordAct(query, {
        actorId: userId,
        action: 'account.password_reset',
        subjectId: userId,
        address,
      });
      return { ok: true, ended };
    });
  }

  /** Whose link it is; asked before the costly hash, so that guesses cost little. */
  private async holderOf(token: string): Promise<string | undefined> {
    const rows: { user_id: string }[] = await this.database.query(
      'SELECT user_id FROM password_resets WHERE token_hash = $1 AND expires_at > $2',
      [digest(token), new Date(this.clock.now())],
    );
    return rows[0]?.user_id;
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64url');
}
