import type { HostCommand, HostCommandType } from '#contracts';
import { answerQuestion, message, pinLine, unpinLine } from './announce.ts';
import type { Carry, CommandContext, CommandResult } from './command.ts';
import { approveLine, clearUser, deleteLines, rejectLine } from './lines.ts';
import { setModes, shield } from './modes.ts';
import { ban, lift, shadowBan, timeout } from './people.ts';
import { closePoll, openPoll } from './polls.ts';
import { next, pin, unpin } from './present.ts';

/** Commands that checkout decides; the room only records that they were given. */
export const SALE_COMMANDS: ReadonlySet<HostCommandType> = new Set<HostCommandType>([
  'start_sale',
  'stop_sale',
  'extend_sale',
  'set_price',
]);

/** Checkout has taken the command: its events will enter the log. */
const forwarded = async (command: { saleId: string }): Promise<CommandResult> => ({
  entries: [],
  audit: { details: { saleId: command.saleId } },
});

const table: { [T in HostCommandType]: Carry<T> } = {
  pin,
  unpin,
  next,
  message,
  open_poll: openPoll,
  close_poll: closePoll,
  set_modes: setModes,
  shield,
  pin_line: pinLine,
  unpin_line: unpinLine,
  answer_question: answerQuestion,
  start_sale: forwarded,
  stop_sale: forwarded,
  extend_sale: forwarded,
  set_price: forwarded,
  delete_lines: deleteLines,
  clear_user: clearUser,
  timeout,
  ban,
  shadow_ban: shadowBan,
  lift,
  approve_line: approveLine,
  reject_line: rejectLine,
};

/** Carries out one command inside its transaction. */
export function carryOut<T extends HostCommandType>(
  command: Extract<HostCommand, { type: T }>,
  context: CommandContext,
): Promise<CommandResult> {
  const carry = table[command.type as T] as unknown as Carry<T>;
  return carry(command as never, context);
}
