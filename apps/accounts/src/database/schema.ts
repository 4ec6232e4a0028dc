import { AuditRow } from './entities/audit-row.entity.ts';
import { Invitation } from './entities/invitation.entity.ts';
import { Member } from './entities/member.entity.ts';
import { Session } from './entities/session.entity.ts';
import { SigningKey } from './entities/signing-key.entity.ts';
import { User } from './entities/user.entity.ts';
import { Accounts1763600000001 } from './migrations/0001-accounts.ts';
import { PasswordResets1763600000002 } from './migrations/0002-password-resets.ts';

/** What apps/accounts stores, and how the schema came to be. */
export const accountsSchema = {
  schema: 'accounts',
  entities: [User, Session, Member, Invitation, SigningKey, AuditRow],
  migrations: [Accounts1763600000001, PasswordResets1763600000002],
};
