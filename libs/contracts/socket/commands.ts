import { z } from 'zod';
import { Id, Money } from '../values.ts';
import { HOST_MESSAGE_MAX_CHARS, POLL_MAX_OPTIONS, RoomModes } from './show-log.ts';

/** 28 days; longer is a ban. */
const timeoutS = z.int().min(1).max(2_419_200);
const reason = z.string().max(200).optional();

/** Single rights that a show's moderator can be given. Hosts and the shop's owners and merchants have all of them. */
export const chatRights = [
  'present',
  'sell',
  'announce',
  'poll',
  'modes',
  'delete',
  'timeout',
  'ban',
  'queue',
  'words',
  'reports',
  'audit',
  'roles',
  'figures',
] as const;
export const ChatRight = z.enum(chatRights);
export type ChatRight = z.infer<typeof ChatRight>;

/** What a host, co-host or moderator can order. Each names the right that it needs in `commandRights`. */
export const HostCommand = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pin'), productId: Id, variantId: Id.optional(), saleId: Id.optional() }),
  z.object({ type: z.literal('unpin') }),
  z.object({ type: z.literal('next') }),
  z.object({ type: z.literal('message'), text: z.string().min(1).max(HOST_MESSAGE_MAX_CHARS) }),
  z.object({
    type: z.literal('open_poll'),
    question: z.string().min(1).max(140),
    options: z.array(z.string().min(1).max(60)).min(2).max(POLL_MAX_OPTIONS),
    durationS: z.int().min(10).max(3600).optional(),
  }),
  z.object({ type: z.literal('close_poll'), pollId: Id }),
  z.object({ type: z.literal('set_modes'), modes: RoomModes.partial() }),
  z.object({ type: z.literal('shield'), on: z.boolean() }),
  z.object({ type: z.literal('pin_line'), lineId: Id }),
  z.object({ type: z.literal('unpin_line') }),
  z.object({ type: z.literal('answer_question'), lineId: Id }),
  z.object({ type: z.literal('start_sale'), saleId: Id }),
  z.object({ type: z.literal('stop_sale'), saleId: Id }),
  z.object({ type: z.literal('extend_sale'), saleId: Id, seconds: z.int().min(1).max(3600) }),
  z.object({ type: z.literal('set_price'), saleId: Id, variantId: Id, price: Money }),
  z.object({ type: z.literal('delete_lines'), lineIds: z.array(Id).min(1).max(50), reason }),
  z.object({ type: z.literal('clear_user'), userId: Id, reason }),
  z.object({
    type: z.literal('timeout'),
    userId: Id,
    seconds: timeoutS,
    clear: z.boolean().optional(),
    reason,
  }),
  z.object({
    type: z.literal('ban'),
    userId: Id,
    until: z.int().optional(),
    clear: z.boolean().optional(),
    reason,
  }),
  z.object({ type: z.literal('shadow_ban'), userId: Id, until: z.int().optional(), reason }),
  z.object({ type: z.literal('lift'), userId: Id, reason }),
  z.object({ type: z.literal('approve_line'), lineId: Id }),
  z.object({ type: z.literal('reject_line'), lineId: Id, reason }),
]);
export type HostCommand = z.infer<typeof HostCommand>;
export type HostCommandType = HostCommand['type'];

export const commandRights: Readonly<Record<HostCommandType, ChatRight>> = {
  pin: 'present',
  unpin: 'present',
  next: 'present',
  message: 'announce',
  open_poll: 'poll',
  close_poll: 'poll',
  set_modes: 'modes',
  shield: 'modes',
  pin_line: 'announce',
  unpin_line: 'announce',
  answer_question: 'announce',
  start_sale: 'sell',
  stop_sale: 'sell',
  extend_sale: 'sell',
  set_price: 'sell',
  delete_lines: 'delete',
  clear_user: 'delete',
  timeout: 'timeout',
  ban: 'ban',
  shadow_ban: 'ban',
  lift: 'ban',
  approve_line: 'queue',
  reject_line: 'queue',
};

/** What a viewer may complain about. */
export const reportReasons = ['spam', 'abuse', 'hate', 'scam', 'personal_data', 'other'] as const;
export const ReportReason = z.enum(reportReasons);
export type ReportReason = z.infer<typeof ReportReason>;
