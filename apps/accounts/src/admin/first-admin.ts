import { newId } from '#process';
import { isUniqueViolation, withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { recordAct } from '../audit/record-act.ts';
import { User } from '../database/entities/user.entity.ts';
import { PasswordHasher } from '../passwords/password-hasher.ts';

/**
 * Makes the platform's first admin from the deployment's settings, when no account has that address yet. An account
 * that exists is left alone: whoever signed up first did not prove that the address is theirs.
 */
export async function makeFirstAdmin(
  database: DataSource,
  hasher: PasswordHasher,
  email: string,
  password: string,
): Promise<boolean> {
  const known = await database.manager
    .createQueryBuilder(User, 'user')
    .where('lower(user.email) = lower(:email)', { email })
    .getExists();
  if (known) return false;
  const user = {
    userId: newId(),
    kind: 'user',
    email,
    passwordHash: await hasher.hash(password),
    displayName: 'Admin',
    platformRoles: ['admin'],
    createdAt: new Date(),
    version: 0,
  } satisfies Partial<User>;
  try {
    await withTransaction(database, async (tx, query) => {
      await tx.insert(User, user);
      await recordAct(query, {
        actorId: null,
        action: 'account.platform_roles_set',
        subjectId: user.userId,
        data: { from: [], to: ['admin'], by: 'ADMIN_EMAIL' },
      });
    });
    return true;
  } catch (error) {
    if (isUniqueViolation(error, 'users_email')) return false; // another instance was first
    throw error;
  }
}
