import type { AccountRecord, AccountView, Identity } from '#contracts';
import type { EntityManager } from 'typeorm';
import { Member } from '../database/entities/member.entity.ts';
import { User } from '../database/entities/user.entity.ts';

/** Shops that one account may belong to: all of them travel in its tokens, which travel in a cookie of 4 KB. */
export const MOST_MEMBERSHIPS = 20;

/** The shops of `userId`, the oldest membership first. */
export async function shopsOf(tx: EntityManager, userId: string): Promise<Identity['shops']> {
  const members = await tx.find(Member, {
    where: { userId },
    order: { createdAt: 'ASC' },
    take: MOST_MEMBERSHIPS,
  });
  return members.map(({ shopId, role }) => ({ shopId, role }));
}

/** `user` as they see themselves. */
export function accountView(user: User, shops: Identity['shops']): AccountView {
  return {
    userId: user.userId,
    kind: user.kind,
    email: user.email,
    displayName: user.displayName,
    platformRoles: user.platformRoles,
    shops,
    createdAt: user.createdAt.toISOString(),
  };
}

/** `user` as staff see them. */
export function accountRecord(user: User, shops: Identity['shops']): AccountRecord {
  return {
    ...accountView(user, shops),
    bannedAt: user.bannedAt?.toISOString() ?? null,
    banReason: user.banReason,
  };
}

/** What a token says of `user`. */
export function identityOf(
  user: User,
  shops: Identity['shops'],
  sessionId: string,
): Omit<Identity, 'expiresAt'> {
  return {
    userId: user.userId,
    displayName: user.displayName,
    kind: user.kind,
    platformRoles: user.platformRoles,
    shops,
    sessionId,
  };
}
