import { cleanWords } from './announce.ts';
import { refused, type Carry } from './command.ts';

export const openPoll: Carry<'open_poll'> = async (command, { tx, view, newId, now }) => {
  if (view.poll) return refused('poll_open');
  const words = cleanWords([command.question, ...command.options]);
  if (!words || new Set(words.slice(1)).size !== command.options.length) return refused('line_empty');
  const poll = {
    pollId: newId(),
    question: words[0] ?? '',
    options: words.slice(1),
    ...(command.durationS ? { endsAt: now + command.durationS * 1_000 } : {}),
  };
  await tx.openPoll(poll);
  return { entries: [{ type: 'poll_opened', data: poll }], audit: { details: { pollId: poll.pollId } } };
};

export const closePoll: Carry<'close_poll'> = async (command, { tx }) => {
  const counts = await tx.closePoll(command.pollId);
  if (!counts) return refused('poll_closed');
  return {
    entries: [{ type: 'poll_closed', data: { pollId: command.pollId, counts } }],
    audit: { details: { pollId: command.pollId, counts } },
  };
};
