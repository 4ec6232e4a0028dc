import { userBanned, userUnbanned, type AccountRecord, type Identity, type PlatformRole } from '#contracts';
import { DataSource, type EntityManager } from 'typeorm';
import { lockKey } from '#bus';
import { withTransaction } from '#service';
import { recordAct } from '../audit/record-act.ts';
import { User } from '../database/entities/user.entity.ts';
import type { Actor } from '../members/members.ts';
import { accountRecord, shopsOf } from '../people/account-view.ts';
import { lockUser } from '../people/lock-user.ts';
import { publishAboutUser } from '../people/publish-about-user.ts';
import { endAllSessions } from '../sessions/end-sessions.ts';

type Refused<C extends string> = { ok: false; code: C };
type Done = { ok: true; record: AccountRecord };

/** What platform staff do to accounts; every act is on the record. */
export class Staff {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  /** Bans and ends all sessions; repeating it changes nothing. Gives the sessions that ended with it. */
  async ban(
    userId: string,
    reason: string,
    actor: Actor,
  ): Promise<(Done & { ended: string[] }) | Refused<'user_not_found' | 'staff_protected'>> {
    return withTransaction(this.database, async (tx, query) => {
      const user = await lockUser(tx, userId);
      if (!user) return { ok: false, code: 'user_not_found' };
      if (user.platformRoles.length > 0) return { ok: false, code: 'staff_protected' };
      if (user.bannedAt) return { ok: true, record: await recordOf(tx, user), ended: [] };
      user.bannedAt = new Date();
      user.banReason = reason;
      await tx.update(User, { userId }, { bannedAt: user.bannedAt, banReason: reason });
      const ended = await endAllSessions(query, userId, 'banned');
      const told = { userId, bannedAt: user.bannedAt.toISOString() };
      await publishAboutUser(query, userBanned, userId, told);
      await recordAct(query, { ...by(actor), action: 'account.banned', subjectId: userId, data: { reason } });
      return { ok: true, record: await recordOf(tx, user), ended };
    });
  }

  /** Lifts a ban; nothing changes for somebody who has none. */
  async unban(userId: string, actor: Actor): Promise<Done | Refused<'user_not_found'>> {
    return withTransaction(this.database, async (tx, query) => {
      const user = await lockUser(tx, userId);
      if (!user) return { ok: false, code: 'user_not_found' };
      if (user.bannedAt) {
        const data = { bannedAt: user.bannedAt.toISOString(), reason: user.banReason };
        user.bannedAt = null;
        user.banReason = null;
        await tx.update(User, { userId }, { bannedAt: null, banReason: null });
        await publishAboutUser(query, userUnbanned, userId, { userId });
        await recordAct(query, { ...by(actor), action: 'account.unbanned', subjectId: userId, data });
      }
      return { ok: true, record: await recordOf(tx, user) };
    });
  }

  /** Sets what an account is to the platform; its sessions end when it loses something, to lose it at once. */
  async setRoles(
    userId: string,
    wanted: readonly PlatformRole[],
    actor: Actor,
  ): Promise<(Done & { ended: string[] }) | Refused<'user_not_found' | 'account_is_guest' | 'last_admin'>> {
    const platformRoles = [...new Set(wanted)].toSorted();
    return withTransaction(this.database, async (tx, query) => {
      await query('SELECT pg_advisory_xact_lock($1)', [lockKey('accounts:platform-roles')]);
      const user = await lockUser(tx, userId);
      if (!user) return { ok: false, code: 'user_not_found' };
      if (user.kind === 'guest') return { ok: false, code: 'account_is_guest' };
      const lost = user.platformRoles.filter((role) => !platformRoles.includes(role));
      if (lost.includes('admin') && (await countAdmins(tx)) === 1) return { ok: false, code: 'last_admin' };
      const data = { from: user.platformRoles, to: platformRoles };
      user.platformRoles = platformRoles;
      await tx.update(User, { userId }, { platformRoles });
      const ended = lost.length > 0 ? await endAllSessions(query, userId, 'revoked') : [];
      await recordAct(query, { ...by(actor), action: 'account.platform_roles_set', subjectId: userId, data });
      return { ok: true, record: await recordOf(tx, user), ended };
    });
  }
}

/** Whether `caller` may ban: platform admins and moderators. */
export function mayBan(caller: Identity): boolean {
  return caller.platformRoles.length > 0;
}

function countAdmins(tx: EntityManager): Promise<number> {
  return tx.createQueryBuilder(User, 'user').where("'admin' = ANY(user.platformRoles)").getCount();
}

async function recordOf(tx: EntityManager, user: User): Promise<AccountRecord> {
  return accountRecord(user, await shopsOf(tx, user.userId));
}

function by({ caller, address }: Actor): { actorId: string; address: string } {
  return { actorId: caller.userId, address };
}
