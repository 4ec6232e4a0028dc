import { z } from 'zod';
import { defineEndpoint } from '../../endpoint.ts';
import { ChatRight, ReportReason } from '../../socket/commands.ts';
import { ChatLine } from '../../socket/show-log.ts';
import { Id, line, Moment, page, PageQuery, text } from '../../values.ts';

const show = z.object({ showId: Id });
const shop = z.object({ shopId: Id });

export const WaitingLineView = z.object({
  line: ChatLine,
  state: z.enum(['held', 'shadowed']),
  /** `link`, `word` or `shadow_ban`. */
  why: z.string().nullable(),
});
export type WaitingLineView = z.infer<typeof WaitingLineView>;

export const listQueueEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listQueue',
  summary:
    'Lines that wait for a decision (`held`) or that only their authors see (`shadowed`), oldest first. Decide with the commands `approve_line` and `reject_line`.',
  method: 'GET',
  path: '/v1/shows/:showId/queue',
  access: 'user',
  params: show,
  query: PageQuery.extend({ state: z.enum(['held', 'shadowed']).default('held') }),
  replies: { 200: page(WaitingLineView) },
});

export const SanctionView = z.object({
  sanctionId: Id,
  userId: Id,
  /** As they called themselves when they last wrote; null when they never did. */
  userName: z.string().nullable(),
  kind: z.enum(['timeout', 'ban', 'shadow']),
  until: Moment.nullable(),
  reason: z.string().nullable(),
  byId: Id,
  at: Moment,
  endedAt: Moment.nullable(),
});
export type SanctionView = z.infer<typeof SanctionView>;

export const listSanctionsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listSanctions',
  summary: "Who is restricted in a shop's rooms, latest first; with `all` also what is over.",
  method: 'GET',
  path: '/v1/shops/:shopId/chat/sanctions',
  access: 'user',
  params: shop,
  query: PageQuery.extend({ all: z.stringbool().default(false), userId: Id.optional() }),
  replies: { 200: page(SanctionView) },
});

export const PersonView = z.object({
  userId: Id,
  lines: z.array(
    z.object({ line: ChatLine, state: z.enum(['shown', 'held', 'shadowed', 'rejected', 'deleted']) }),
  ),
  sanctions: z.array(SanctionView),
});
export type PersonView = z.infer<typeof PersonView>;

export const getPersonEndpoint = defineEndpoint({
  process: 'chat',
  name: 'getPerson',
  summary:
    'What somebody said last in a show, whatever became of it, and their restrictions; for moderators.',
  method: 'GET',
  path: '/v1/shows/:showId/people/:userId',
  access: 'user',
  params: show.extend({ userId: Id }),
  replies: { 200: PersonView },
});

export const WordView = z.object({
  wordId: Id,
  /** Null: for all rooms of the shop. */
  showId: Id.nullable(),
  pattern: z.string(),
  action: z.enum(['block', 'mask', 'hold', 'shadow']),
  match: z.enum(['word', 'part']),
  addedAt: Moment,
});
export type WordView = z.infer<typeof WordView>;

const NewWord = z.object({
  pattern: line(2, 60),
  action: z.enum(['block', 'mask', 'hold', 'shadow']),
  match: z.enum(['word', 'part']).default('word'),
});

export const listWordsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listWords',
  summary: "Words that a shop's rooms act on, in order of the alphabet.",
  method: 'GET',
  path: '/v1/shops/:shopId/chat/words',
  access: 'user',
  params: shop,
  query: PageQuery.extend({ showId: Id.optional() }),
  replies: { 200: page(WordView) },
});

export const addWordEndpoint = defineEndpoint({
  process: 'chat',
  name: 'addWord',
  summary:
    'Makes rooms act on a word, in one show or in all of the shop; writing it in disguise does not help.',
  method: 'POST',
  path: '/v1/shops/:shopId/chat/words',
  access: 'user',
  params: shop,
  body: NewWord.extend({ showId: Id.optional() }),
  replies: { 201: WordView },
  errors: ['word_exists', 'too_many_words', 'show_not_found'],
});

export const removeWordEndpoint = defineEndpoint({
  process: 'chat',
  name: 'removeWord',
  summary: 'Takes a word off the list.',
  method: 'DELETE',
  path: '/v1/shops/:shopId/chat/words/:wordId',
  access: 'user',
  params: shop.extend({ wordId: Id }),
  replies: { 204: null },
});

export const listPlatformWordsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listPlatformWords',
  summary: 'Words that all rooms of the platform act on.',
  method: 'GET',
  path: '/v1/chat/words',
  access: 'admin',
  query: PageQuery,
  replies: { 200: page(WordView) },
});

export const addPlatformWordEndpoint = defineEndpoint({
  process: 'chat',
  name: 'addPlatformWord',
  summary: 'Makes all rooms of the platform act on a word.',
  method: 'POST',
  path: '/v1/chat/words',
  access: 'admin',
  body: NewWord,
  replies: { 201: WordView },
  errors: ['word_exists', 'too_many_words'],
});

export const removePlatformWordEndpoint = defineEndpoint({
  process: 'chat',
  name: 'removePlatformWord',
  summary: "Takes a word off the platform's list.",
  method: 'DELETE',
  path: '/v1/chat/words/:wordId',
  access: 'admin',
  params: z.object({ wordId: Id }),
  replies: { 204: null },
});

export const ChatRoleView = z.object({
  userId: Id,
  userName: z.string(),
  rights: z.array(ChatRight),
  givenBy: Id,
  givenAt: Moment,
});
export type ChatRoleView = z.infer<typeof ChatRoleView>;

export const listChatRolesEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listChatRoles',
  summary: "People who were given single rights in a shop's rooms.",
  method: 'GET',
  path: '/v1/shops/:shopId/chat/roles',
  access: 'user',
  params: shop,
  query: PageQuery,
  replies: { 200: page(ChatRoleView) },
});

export const setChatRoleEndpoint = defineEndpoint({
  process: 'chat',
  name: 'setChatRole',
  summary:
    "Gives somebody exactly these rights in the shop's rooms; nobody can give a right that they do not have.",
  method: 'PUT',
  path: '/v1/shops/:shopId/chat/roles/:userId',
  access: 'user',
  params: shop.extend({ userId: Id }),
  body: z.object({ userName: line(1, 60), rights: z.array(ChatRight).min(1).max(20) }),
  replies: { 200: ChatRoleView },
});

export const removeChatRoleEndpoint = defineEndpoint({
  process: 'chat',
  name: 'removeChatRole',
  summary: "Takes somebody's single rights away.",
  method: 'DELETE',
  path: '/v1/shops/:shopId/chat/roles/:userId',
  access: 'user',
  params: shop.extend({ userId: Id }),
  replies: { 204: null },
});

export const UnbanRequestView = z.object({
  requestId: Id,
  userId: Id,
  userName: z.string(),
  message: z.string(),
  at: Moment,
  state: z.enum(['open', 'accepted', 'refused']),
  sanction: SanctionView,
});
export type UnbanRequestView = z.infer<typeof UnbanRequestView>;

export const askUnbanEndpoint = defineEndpoint({
  process: 'chat',
  name: 'askUnban',
  summary: "Asks a shop's moderators to lift the caller's ban or timeout; once for each.",
  method: 'POST',
  path: '/v1/shops/:shopId/chat/unban-requests',
  access: 'user',
  params: shop,
  body: z.object({ message: text(500) }),
  replies: { 201: z.object({ requestId: Id, state: z.enum(['open', 'accepted', 'refused']) }) },
  errors: ['not_restricted', 'unban_already_asked'],
  rate: { per: 'account', limit: 10, windowS: 3_600 },
});

export const listUnbanRequestsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listUnbanRequests',
  summary: 'Requests to lift a ban, oldest first; for people with the right `ban`.',
  method: 'GET',
  path: '/v1/shops/:shopId/chat/unban-requests',
  access: 'user',
  params: shop,
  query: PageQuery.extend({ state: z.enum(['open', 'accepted', 'refused']).default('open') }),
  replies: { 200: page(UnbanRequestView) },
});

export const decideUnbanEndpoint = defineEndpoint({
  process: 'chat',
  name: 'decideUnban',
  summary: 'Lifts the restriction, or leaves it.',
  method: 'POST',
  path: '/v1/shops/:shopId/chat/unban-requests/:requestId/decision',
  access: 'user',
  params: shop.extend({ requestId: Id }),
  body: z.object({ accept: z.boolean(), reason: line(1, 200).optional() }),
  replies: { 200: z.object({ requestId: Id, state: z.enum(['accepted', 'refused']) }) },
  errors: ['already_decided'],
});

export const ReportView = z.object({
  reportId: Id,
  showId: Id,
  line: ChatLine,
  /** What became of the line by now. */
  lineState: z.enum(['shown', 'held', 'shadowed', 'rejected', 'deleted']),
  reason: ReportReason,
  note: z.string().nullable(),
  reporterId: Id,
  at: Moment,
  state: z.enum(['open', 'acted', 'dismissed']),
});
export type ReportView = z.infer<typeof ReportView>;

export const listReportsEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listReports',
  summary: 'What viewers reported, oldest first; for people with the right `reports`.',
  method: 'GET',
  path: '/v1/shops/:shopId/chat/reports',
  access: 'user',
  params: shop,
  query: PageQuery.extend({
    state: z.enum(['open', 'acted', 'dismissed']).default('open'),
    showId: Id.optional(),
  }),
  replies: { 200: page(ReportView) },
});

export const decideReportEndpoint = defineEndpoint({
  process: 'chat',
  name: 'decideReport',
  summary:
    'Closes a report, and all others of the same line: acted upon, or nothing wrong. What is done about it is a command.',
  method: 'POST',
  path: '/v1/shops/:shopId/chat/reports/:reportId/decision',
  access: 'user',
  params: shop.extend({ reportId: Id }),
  body: z.object({ acted: z.boolean() }),
  replies: { 200: z.object({ reportId: Id, state: z.enum(['acted', 'dismissed']) }) },
  errors: ['already_decided'],
});

export const ChatAuditRow = z.object({
  at: Moment,
  showId: Id.nullable(),
  actorId: Id,
  actorName: z.string(),
  /** A command's type, or what was done over HTTP. */
  act: z.string(),
  targetUserId: Id.nullable(),
  /** As the person was last called in the shop's rooms; null where they never wrote, or were forgotten. */
  targetName: z.string().nullable(),
  targetLineId: Id.nullable(),
  until: Moment.nullable(),
  reason: z.string().nullable(),
  details: z.record(z.string(), z.unknown()).nullable(),
});
export type ChatAuditRow = z.infer<typeof ChatAuditRow>;

export const listChatAuditEndpoint = defineEndpoint({
  process: 'chat',
  name: 'listChatAudit',
  summary: 'Who did what to whom and until when, latest first; for people with the right `audit`.',
  method: 'GET',
  path: '/v1/shops/:shopId/chat/audit',
  access: 'user',
  params: shop,
  query: PageQuery.extend({ showId: Id.optional(), actorId: Id.optional(), targetUserId: Id.optional() }),
  replies: { 200: page(ChatAuditRow) },
});
