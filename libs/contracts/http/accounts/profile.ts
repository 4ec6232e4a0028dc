import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { Moment } from '../../values.ts';
import { AuditEntry } from './members.ts';
import { SessionEntry } from './sessions.ts';
import { AccountView, DisplayName, NewPassword, TypedPassword } from './words.ts';

export const getMeEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'getMe',
  summary: "The caller's account as it is now, shops and roles included.",
  method: 'GET',
  path: '/v1/me',
  access: 'user',
  replies: { 200: AccountView },
});

export const updateMeEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'updateMe',
  summary: "Changes the caller's name; tokens carry it from the next refresh on.",
  method: 'PATCH',
  path: '/v1/me',
  access: 'user',
  body: z.object({ displayName: DisplayName }),
  replies: { 200: AccountView },
});

export const changePasswordEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'changePassword',
  summary: 'Sets a new password and ends every other session.',
  method: 'PUT',
  path: '/v1/me/password',
  access: 'user',
  body: z.object({ currentPassword: TypedPassword, newPassword: NewPassword }),
  replies: { 204: null },
  errors: ['credentials_wrong', 'too_many_attempts'],
});

/** Everything that accounts knows of one person. */
export const AccountExport = z.object({
  exportedAt: Moment,
  account: AccountView,
  sessions: z.array(SessionEntry),
  /** Acts by and about the person, latest first. */
  audit: z.array(AuditEntry),
  /** False when there are older acts than the list holds. */
  auditComplete: z.boolean(),
});

export const exportAccountEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'exportAccount',
  summary: 'Everything that is stored here about the caller (GDPR, articles 15 and 20).',
  method: 'GET',
  path: '/v1/me/export',
  access: 'user',
  replies: { 200: AccountExport },
  rate: { per: 'account', limit: 20, windowS: 3_600 },
});

export const eraseAccountEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'eraseAccount',
  summary:
    "Deletes the caller's account for good (GDPR, article 17): name, address, sessions and memberships; shops need another owner first.",
  method: 'POST',
  path: '/v1/me/erase',
  access: 'user',
  body: z.object({ password: TypedPassword }),
  replies: { 204: null },
  errors: ['credentials_wrong', 'too_many_attempts', 'last_owner', 'staff_protected'],
});

export const resetPasswordEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'resetPassword',
  summary: 'Sets a new password with a token that staff made for the account; ends all its sessions.',
  method: 'POST',
  path: '/v1/password-resets',
  access: 'public',
  body: z.object({ token: z.string().min(20).max(200), newPassword: NewPassword }),
  replies: { 204: null },
  errors: ['password_reset_over'],
  rate: { per: 'address', limit: 30, windowS: 600 },
});
