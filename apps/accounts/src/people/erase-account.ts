import { userErased, type Identity } from '#contracts';
import type { Query } from '#bus';
import { withTransaction } from '#service';
import { DataSource, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { Member } from '../database/entities/member.entity.ts';
import { User } from '../database/entities/user.entity.ts';
import { isLastOwner, lockShop, writeMembership } from '../members/change-membership.ts';
import { LogInThrottle } from '../passwords/log-in-throttle.ts';
import { PasswordHasher } from '../passwords/password-hasher.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';
import { lockUser } from './lock-user.ts';
import { publishAboutUser } from './publish-about-user.ts';

export type EraseOutcome =
  | { ok: true; ended: string[] }
  | { ok: false; code: 'credentials_wrong' | 'staff_protected' | 'last_owner' }
  | { ok: false; code: 'too_many_attempts'; retryAfterS: number };

/** Deletes an account for good at its owner's wish. The record keeps that acts happened, not who did them. */
export class EraseAccount {
  private readonly database: DataSource;
  private readonly hasher: PasswordHasher;
  private readonly throttle: LogInThrottle;

  constructor(database: DataSource, hasher: PasswordHasher, throttle: LogInThrottle) {
    this.database = database;
    this.hasher = hasher;
    this.throttle = throttle;
  }

  async erase({ userId }: Identity, password: string, address: string): Promise<EraseOutcome> {
    const admitted = await this.throttle.admit(`password-of:${userId}`, address);
    if (!admitted.ok) return { ok: false, code: 'too_many_attempts', retryAfterS: admitted.retryAfterS };
    const digest = await digestOf(this.database.manager, userId);
    if (!(await this.hasher.matches(password, digest))) return { ok: false, code: 'credentials_wrong' };
    return withTransaction(this.database, async (tx, query) => {
      const shopIds = await lockShopsOf(tx, query, userId);
      const user = await lockUser(tx, userId);
      if (!user || (await digestOf(tx, userId)) !== digest) return { ok: false, code: 'credentials_wrong' };
      if (user.platformRoles.length > 0) return { ok: false, code: 'staff_protected' };
      for (const shopId of shopIds) {
        if (await isLastOwner(query, shopId, userId)) return { ok: false, code: 'last_owner' };
      }
      for (const shopId of shopIds) await writeMembership(query, shopId, userId, null);
      const ended = await endAllSessions(query, userId, 'erased');
      await publishAboutUser(query, userErased, userId, { userId, erasedAt: new Date().toISOString() });
      await query(
        `UPDATE audit SET address = NULL, data = CASE WHEN action = 'account.renamed' THEN '{}' ELSE data END
         WHERE actor_id = $1 OR (actor_id IS NULL AND subject_id = $1)`,
        [userId],
      );
      await recordAct(query, { actorId: userId, action: 'account.erased', subjectId: userId });
      await tx.delete(User, { userId });
      return { ok: true, ended };
    });
  }
}

/** Locks every shop that the user belongs to, in one order; memberships that come later wait for the user's lock. */
async function lockShopsOf(tx: EntityManager, query: Query, userId: string): Promise<string[]> {
  const members = await tx.find(Member, { where: { userId }, order: { shopId: 'ASC' } });
  for (const { shopId } of members) await lockShop(query, shopId);
  return members.map((member) => member.shopId);
}

async function digestOf(tx: EntityManager, userId: string): Promise<string | undefined> {
  const user = await tx.findOne(User, { where: { userId }, select: { userId: true, passwordHash: true } });
  return user?.passwordHash ?? undefined;
}
