import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { PlatformRole } from '../../identity.ts';
import { Id, line, Moment, page, PageQuery } from '../../values.ts';
import { AuditEntry } from './members.ts';
import { AccountView } from './words.ts';

const user = z.object({ userId: Id });

/** An account as staff see it. */
export const AccountRecord = AccountView.extend({
  bannedAt: Moment.nullable(),
  banReason: z.string().nullable(),
});
export type AccountRecord = z.infer<typeof AccountRecord>;

export const findAccountsEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'findAccounts',
  summary: 'Accounts, latest first; by the beginning of the e-mail address, by kind, or only the banned.',
  method: 'GET',
  path: '/v1/admin/accounts',
  access: 'admin',
  query: PageQuery.extend({
    email: line(1, 254).optional(),
    kind: z.enum(['user', 'guest']).optional(),
    banned: z.stringbool().optional(),
  }),
  replies: { 200: page(AccountRecord) },
});

export const getAccountEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'getAccount',
  summary: 'One account.',
  method: 'GET',
  path: '/v1/admin/accounts/:userId',
  access: 'admin',
  params: user,
  replies: { 200: AccountRecord },
  errors: ['user_not_found'],
});

export const banAccountEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'banAccount',
  summary:
    'Bans an account or guest from the platform and ends its sessions; for platform admins and moderators.',
  method: 'PUT',
  path: '/v1/admin/accounts/:userId/ban',
  access: 'user',
  params: user,
  body: z.object({ reason: line(1, 300) }),
  replies: { 200: AccountRecord },
  errors: ['user_not_found', 'staff_protected'],
});

export const unbanAccountEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'unbanAccount',
  summary: 'Lifts a ban; for platform admins and moderators.',
  method: 'DELETE',
  path: '/v1/admin/accounts/:userId/ban',
  access: 'user',
  params: user,
  replies: { 200: AccountRecord },
  errors: ['user_not_found'],
});

export const createPasswordResetEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'createPasswordReset',
  summary:
    'Makes a link with which somebody who lost their password sets a new one; it works once, within an hour.',
  method: 'POST',
  path: '/v1/admin/accounts/:userId/password-reset',
  access: 'admin',
  params: user,
  replies: { 201: z.object({ token: z.string(), url: z.url(), expiresAt: Moment }) },
  errors: ['user_not_found', 'account_is_guest'],
});

export const setPlatformRolesEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'setPlatformRoles',
  summary: 'Sets what an account is to the whole platform.',
  method: 'PUT',
  path: '/v1/admin/accounts/:userId/platform-roles',
  access: 'admin',
  params: user,
  body: z.object({ platformRoles: z.array(PlatformRole).max(2) }),
  replies: { 200: AccountRecord },
  errors: ['user_not_found', 'account_is_guest', 'last_admin'],
});

export const listAuditEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'listAudit',
  summary: 'The record of the whole platform, latest first.',
  method: 'GET',
  path: '/v1/admin/audit',
  access: 'admin',
  query: PageQuery.extend({ subjectId: Id.optional(), actorId: Id.optional() }),
  replies: { 200: page(AuditEntry) },
});

export const rotateKeysEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'rotateKeys',
  summary:
    'Replaces the signing key at once; with `discard` the old one stops verifying too (after a leak: all access tokens die).',
  method: 'POST',
  path: '/v1/admin/signing-keys/rotate',
  access: 'admin',
  body: z.object({ discard: z.boolean().default(false) }),
  replies: { 200: z.object({ keyId: z.string() }) },
});
