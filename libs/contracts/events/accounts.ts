import { z } from 'zod';
import { ShopRole } from '../identity.ts';
import { Id, Moment } from '../values.ts';
import { defineEvent } from './define.ts';

/** Why a session ended. */
export const SessionEndReason = z.enum([
  'logged_out',
  'revoked',
  'refresh_reused',
  'password_changed',
  'banned',
  'password_reset',
  'erased',
]);
export type SessionEndReason = z.infer<typeof SessionEndReason>;

const account = { context: 'accounts', aggregate: 'user', publisher: 'accounts' } as const;

export const sessionRevoked = defineEvent({
  ...account,
  name: 'session_revoked',
  consumers: ['accounts', 'catalog', 'checkout', 'chat', 'ingest'],
  doc: 'A session ended before its time: forget its cached tokens and close its sockets.',
  data: z.object({ userId: Id, sessionId: Id, reason: SessionEndReason }),
});

export const membershipChanged = defineEvent({
  ...account,
  name: 'membership_changed',
  consumers: ['accounts', 'catalog', 'checkout', 'chat', 'ingest'],
  doc: 'Somebody became, changed their role as, or stopped being (`role` null) a member of a shop: tokens made before `at` tell it wrongly.',
  data: z.object({ userId: Id, shopId: Id, role: ShopRole.nullable() }),
});

export const userBanned = defineEvent({
  ...account,
  name: 'user_banned',
  consumers: ['accounts', 'catalog', 'checkout', 'chat', 'ingest'],
  doc: 'Staff banned an account or a guest from the whole platform; its sessions end with it.',
  data: z.object({ userId: Id, bannedAt: Moment }),
});

export const userUnbanned = defineEvent({
  ...account,
  name: 'user_unbanned',
  consumers: ['chat', 'ingest'],
  doc: 'A ban from the platform was lifted; the person may log in again.',
  data: z.object({ userId: Id }),
});

export const userErased = defineEvent({
  ...account,
  name: 'user_erased',
  consumers: ['chat', 'checkout', 'ingest'],
  doc: 'A person deleted their account: nothing may name them any more, but what the law makes us keep.',
  data: z.object({ userId: Id, erasedAt: Moment }),
});
