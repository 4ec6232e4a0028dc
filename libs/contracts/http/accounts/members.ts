import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { ShopRole } from '../../identity.ts';
import { Id, line, Moment, page, PageQuery } from '../../values.ts';
import { DisplayName } from './words.ts';

const shop = z.object({ shopId: Id });
const member = z.object({ shopId: Id, userId: Id });

export const MemberView = z.object({
  shopId: Id,
  userId: Id,
  displayName: DisplayName,
  role: ShopRole,
  since: Moment,
});
export type MemberView = z.infer<typeof MemberView>;

export const listMembersEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'listMembers',
  summary: 'Who belongs to the shop, in which role.',
  method: 'GET',
  path: '/v1/shops/:shopId/members',
  access: 'user',
  params: shop,
  replies: { 200: z.object({ items: z.array(MemberView) }) },
});

export const addMemberEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'addMember',
  summary: 'Makes an account known by its id a member, e.g. a regular of the chat its moderator.',
  method: 'POST',
  path: '/v1/shops/:shopId/members',
  access: 'user',
  params: shop,
  body: z.object({ userId: Id, role: ShopRole }),
  replies: { 201: MemberView },
  errors: [
    'user_not_found',
    'account_is_guest',
    'already_member',
    'too_many_memberships',
    'too_many_members',
  ],
});

export const changeMemberEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'changeMember',
  summary: "Changes a member's role.",
  method: 'PATCH',
  path: '/v1/shops/:shopId/members/:userId',
  access: 'user',
  params: member,
  body: z.object({ role: ShopRole }),
  replies: { 200: MemberView },
  errors: ['member_not_found', 'last_owner'],
});

export const removeMemberEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'removeMember',
  summary: 'Ends a membership; members may end their own.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/members/:userId',
  access: 'user',
  params: member,
  replies: { 204: null },
  errors: ['member_not_found', 'last_owner'],
});

const InvitationView = z.object({
  invitationId: Id,
  shopId: Id,
  role: ShopRole,
  /** Whom the owner meant; only a label, the link is what counts. */
  note: z.string(),
  invitedBy: Id,
  createdAt: Moment,
  expiresAt: Moment,
});

export const createInvitationEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'createInvitation',
  summary: 'Makes a link that lets one person join the shop; the token is shown only here.',
  method: 'POST',
  path: '/v1/shops/:shopId/invitations',
  access: 'user',
  params: shop,
  body: z.object({ role: ShopRole, note: line(0, 120).default('') }),
  replies: { 201: z.object({ invitation: InvitationView, token: z.string(), url: z.url() }) },
  errors: ['too_many_invitations'],
});

export const listInvitationsEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'listInvitations',
  summary: 'The open invitations of the shop.',
  method: 'GET',
  path: '/v1/shops/:shopId/invitations',
  access: 'user',
  params: shop,
  replies: { 200: z.object({ items: z.array(InvitationView) }) },
});

export const revokeInvitationEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'revokeInvitation',
  summary: 'Withdraws an open invitation.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/invitations/:invitationId',
  access: 'user',
  params: z.object({ shopId: Id, invitationId: Id }),
  replies: { 204: null },
  errors: ['invitation_not_found'],
});

export const acceptInvitationEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'acceptInvitation',
  summary: 'Joins the shop that an invitation names; refresh the session afterwards to act in the new role.',
  method: 'POST',
  path: '/v1/invitations/accept',
  access: 'user',
  body: z.object({ token: z.string().min(20).max(200) }),
  replies: { 200: MemberView },
  errors: [
    'invitation_not_found',
    'invitation_over',
    'already_member',
    'too_many_memberships',
    'too_many_members',
  ],
  rate: { per: 'account', limit: 30, windowS: 600 },
});

/** One act on the record: who did what to whom, when, from where. */
export const AuditEntry = z.object({
  auditId: Id,
  at: Moment,
  actorId: Id.nullable(),
  action: z.string(),
  subjectId: Id.nullable(),
  shopId: Id.nullable(),
  data: z.record(z.string(), z.unknown()),
});

export const listShopAuditEndpoint = defineEndpoint({
  process: 'accounts',
  name: 'listShopAudit',
  summary: "The record of a shop's membership, latest first.",
  method: 'GET',
  path: '/v1/shops/:shopId/audit',
  access: 'user',
  params: shop,
  query: PageQuery,
  replies: { 200: page(AuditEntry) },
});
