import type { EntityManager } from 'typeorm';
import { User } from '../database/entities/user.entity.ts';

/**
 * The user, locked until the transaction ends. Every change about a user starts here, so that ban, log-in, refresh
 * and roles follow each other, and always lock in one order: shop, user, sessions.
 */
export function lockUser(tx: EntityManager, userId: string): Promise<User | null> {
  return tx.findOne(User, { where: { userId }, lock: { mode: 'pessimistic_write' } });
}
