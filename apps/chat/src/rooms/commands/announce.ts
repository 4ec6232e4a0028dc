import { cleanText } from '../../moderation/clean-text.ts';
import { refused, type Carry } from './command.ts';

export const message: Carry<'message'> = async (command, { actor }) => {
  const text = command.text
    .normalize('NFC')
    .replace(/\p{Cc}+/gu, ' ')
    .trim();
  if (text === '' || !text.isWellFormed()) return refused('line_empty');
  return { entries: [{ type: 'host_message', data: { text, by: actor.name.slice(0, 60) } }] };
};

export const pinLine: Carry<'pin_line'> = async (command, { memory, tx }) => {
  const known = memory.shownLine(command.lineId);
  const stored = known ? undefined : (await tx.lines([command.lineId]))[0];
  const line = known ?? (stored?.state === 'shown' ? stored.line : undefined);
  if (!line) return refused('line_not_found');
  return { entries: [{ type: 'line_pinned', data: { line } }], audit: { targetLineId: line.id } };
};

export const unpinLine: Carry<'unpin_line'> = async (_command, { view }) => ({
  entries: view.pinnedLine ? [{ type: 'line_unpinned', data: {} }] : [],
});

export const answerQuestion: Carry<'answer_question'> = async (command, { tx }) => {
  const [stored] = await tx.lines([command.lineId]);
  if (!stored?.line.question) return refused('line_not_found');
  return {
    entries: [{ type: 'question_answered', data: { lineId: command.lineId } }],
    audit: { targetLineId: command.lineId },
  };
};

/** Exported for polls: words of a host are cleaned like everybody's. */
export function cleanWords(words: readonly string[]): string[] | undefined {
  const cleaned = words.map((word) => cleanText(word));
  return cleaned.every((word) => word.ok) ? cleaned.map((word) => word.text) : undefined;
}
