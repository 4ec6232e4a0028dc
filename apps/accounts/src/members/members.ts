import type { Identity, MemberView, ShopRole } from '#contracts';
import { withTransaction } from '#service';
import { DataSource, In, type EntityManager } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { Member } from '../database/entities/member.entity.ts';
import { User } from '../database/entities/user.entity.ts';
import { lockUser } from '../people/lock-user.ts';
import { isLastOwner, lockShop, MOST_MEMBERS, roomFor, writeMembership } from './change-membership.ts';

type Refused<C extends string> = { ok: false; code: C };
type Membership = { ok: true; member: MemberView };
export type AddOutcome =
  | Membership
  | Refused<
      'user_not_found' | 'account_is_guest' | 'already_member' | 'too_many_memberships' | 'too_many_members'
    >;
export type ChangeOutcome = Membership | Refused<'member_not_found' | 'last_owner'>;
export type RemoveOutcome = { ok: true } | Refused<'member_not_found' | 'last_owner'>;

/** Who did it, from where. */
export interface Actor {
  caller: Identity;
  address: string;
}

/** The people of a shop. */
export class Members {
  private readonly database: DataSource;

  constructor(database: DataSource) {
    this.database = database;
  }

  /** All members, the oldest first. */
  async list(shopId: string): Promise<MemberView[]> {
    const tx = this.database.manager;
    const order = { createdAt: 'ASC' } as const;
    return viewsOf(tx, await tx.find(Member, { where: { shopId }, order, take: MOST_MEMBERS }));
  }

  async add(shopId: string, userId: string, role: ShopRole, actor: Actor): Promise<AddOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      await lockShop(query, shopId);
      const user = await lockUser(tx, userId);
      if (!user) return { ok: false, code: 'user_not_found' };
      if (user.kind === 'guest') return { ok: false, code: 'account_is_guest' };
      const room = await roomFor(query, shopId, userId);
      if (room !== 'ok') return { ok: false, code: room };
      await writeMembership(query, shopId, userId, role);
      await recordAct(query, {
        ...by(actor),
        action: 'member.added',
        subjectId: userId,
        shopId,
        data: { role },
      });
      return { ok: true, member: await memberView(tx, shopId, userId) };
    });
  }

  async changeRole(shopId: string, userId: string, role: ShopRole, actor: Actor): Promise<ChangeOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      await lockShop(query, shopId);
      await lockUser(tx, userId);
      const member = await tx.findOneBy(Member, { shopId, userId });
      if (!member) return { ok: false, code: 'member_not_found' };
      if (role !== 'owner' && (await isLastOwner(query, shopId, userId))) {
        return { ok: false, code: 'last_owner' };
      }
      if (member.role !== role) {
        await writeMembership(query, shopId, userId, role);
        const data = { from: member.role, to: role };
        await recordAct(query, {
          ...by(actor),
          action: 'member.role_changed',
          subjectId: userId,
          shopId,
          data,
        });
      }
      return { ok: true, member: await memberView(tx, shopId, userId) };
    });
  }

  async remove(shopId: string, userId: string, actor: Actor): Promise<RemoveOutcome> {
    return withTransaction(this.database, async (tx, query) => {
      await lockShop(query, shopId);
      await lockUser(tx, userId);
      const member = await tx.findOneBy(Member, { shopId, userId });
      if (!member) return { ok: false, code: 'member_not_found' };
      if (await isLastOwner(query, shopId, userId)) return { ok: false, code: 'last_owner' };
      await writeMembership(query, shopId, userId, null);
      const data = { role: member.role };
      await recordAct(query, { ...by(actor), action: 'member.removed', subjectId: userId, shopId, data });
      return { ok: true };
    });
  }
}

/** The membership as it is now; it must exist. */
export async function memberView(tx: EntityManager, shopId: string, userId: string): Promise<MemberView> {
  const [view] = await viewsOf(tx, await tx.findBy(Member, { shopId, userId }));
  if (!view) throw new Error(`no membership of ${userId} in ${shopId}`);
  return view;
}

async function viewsOf(tx: EntityManager, members: readonly Member[]): Promise<MemberView[]> {
  const users = await tx.findBy(User, { userId: In(members.map((member) => member.userId)) });
  const names = new Map(users.map((user) => [user.userId, user.displayName]));
  return members.map(({ shopId, userId, role, createdAt }) => ({
    shopId,
    userId,
    displayName: names.get(userId) ?? '',
    role,
    since: createdAt.toISOString(),
  }));
}

function by({ caller, address }: Actor): { actorId: string; address: string } {
  return { actorId: caller.userId, address };
}
