import { z } from 'zod';
import { HOST_MESSAGE_MAX_CHARS, POLL_MAX_OPTIONS, money, roomModes } from './show-log.ts';

const id = z.uuid();
/** 28 days; longer is a ban. */
const timeoutS = z.int().min(1).max(2_419_200);
const reason = z.string().max(200).optional();

/** Single rights that a show's moderator can be given. Hosts and the shop's owners and merchants have all of them. */
export const rights = [
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
export const right = z.enum(rights);
export type Right = z.infer<typeof right>;

/** What a host, co-host or moderator can order. Each names the right that it needs in `commandRights`. */
export const command = z.discriminatedUnion('type', [
  z.object({ type: z.literal('pin'), productId: id, variantId: id.optional(), saleId: id.optional() }),
  z.object({ type: z.literal('unpin') }),
  z.object({ type: z.literal('next') }),
  z.object({ type: z.literal('message'), text: z.string().min(1).max(HOST_MESSAGE_MAX_CHARS) }),
  z.object({
    type: z.literal('open_poll'),
    question: z.string().min(1).max(140),
    options: z.array(z.string().min(1).max(60)).min(2).max(POLL_MAX_OPTIONS),
    durationS: z.int().min(10).max(3600).optional(),
  }),
  z.object({ type: z.literal('close_poll'), pollId: id }),
  z.object({ type: z.literal('set_modes'), modes: roomModes.partial() }),
  z.object({ type: z.literal('shield'), on: z.boolean() }),
  z.object({ type: z.literal('pin_line'), lineId: id }),
  z.object({ type: z.literal('unpin_line') }),
  z.object({ type: z.literal('answer_question'), lineId: id }),
  z.object({ type: z.literal('start_sale'), saleId: id }),
  z.object({ type: z.literal('stop_sale'), saleId: id }),
  z.object({ type: z.literal('extend_sale'), saleId: id, seconds: z.int().min(1).max(3600) }),
  z.object({ type: z.literal('set_price'), saleId: id, variantId: id, price: money }),
  z.object({ type: z.literal('delete_lines'), lineIds: z.array(id).min(1).max(50), reason }),
  z.object({ type: z.literal('clear_user'), userId: id, reason }),
  z.object({
    type: z.literal('timeout'),
    userId: id,
    seconds: timeoutS,
    clear: z.boolean().optional(),
    reason,
  }),
  z.object({
    type: z.literal('ban'),
    userId: id,
    until: z.int().optional(),
    clear: z.boolean().optional(),
    reason,
  }),
  z.object({ type: z.literal('shadow_ban'), userId: id, until: z.int().optional(), reason }),
  z.object({ type: z.literal('lift'), userId: id, reason }),
  z.object({ type: z.literal('approve_line'), lineId: id }),
  z.object({ type: z.literal('reject_line'), lineId: id, reason }),
]);
export type Command = z.infer<typeof command>;
export type CommandType = Command['type'];

export const commandRights: Readonly<Record<CommandType, Right>> = {
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
export const reportReason = z.enum(reportReasons);
