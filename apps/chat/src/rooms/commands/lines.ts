import { refused, type Carry, type CommandContext, type CommandEffect } from './command.ts';

/** How far back "clear" takes away what somebody said. */
export const CLEAR_MS = 10 * 60_000;
/** Ids in one log entry; more make several entries. */
const IDS_PER_ENTRY = 200;

/** Deletes lines for everybody: live rooms drop them at once, the replay no longer has them. */
export const deleteLines: Carry<'delete_lines'> = async (command, { tx, actor }) => {
  const stored = await tx.lines(command.lineIds);
  const ids = stored.filter(({ state }) => state !== 'deleted').map(({ line }) => line.id);
  if (stored.length === 0) return refused('line_not_found');
  if (ids.length === 0) return { entries: [] };
  await tx.setLines(ids, 'deleted', actor.userId);
  return {
    entries: [{ type: 'lines_deleted', data: { lineIds: ids } }],
    audit: {
      targetLineId: ids[0],
      targetUserId: stored[0]?.line.author.id,
      reason: command.reason,
      details: { lineIds: ids, text: stored[0]?.line.text },
    },
    after: [{ do: 'remove_lines', lineIds: ids }],
  };
};

export const clearUser: Carry<'clear_user'> = async (command, context) => {
  const effect = await clearLinesOf(command.userId, context);
  return { ...effect, audit: { targetUserId: command.userId, reason: command.reason } };
};

/** Takes away the last ten minutes of one author. */
export async function clearLinesOf(
  userId: string,
  { tx, actor, now }: CommandContext,
): Promise<CommandEffect> {
  const since = now - CLEAR_MS;
  const ids = await tx.clearLines(userId, since, actor.userId);
  const entries: CommandEffect['entries'] = [{ type: 'user_cleared', data: { userId, since } }];
  for (let from = 0; from < ids.length; from += IDS_PER_ENTRY) {
    entries.push({ type: 'lines_deleted', data: { lineIds: ids.slice(from, from + IDS_PER_ENTRY) } });
  }
  return { entries, after: [{ do: 'remove_lines', lineIds: ids }] };
}

/** Shows a line that waited; it takes its place at the end of the room, where people read now. */
export const approveLine: Carry<'approve_line'> = async (command, context) => {
  const line = await context.tx.releaseLine(command.lineId, context.nextLineSeq(), context.actor.userId);
  if (!line) return refused('already_decided');
  return {
    entries: [],
    audit: { targetLineId: line.id, targetUserId: line.author.id },
    after: [
      { do: 'show_line', line },
      { do: 'decided', line, approved: true, by: context.actor.name },
    ],
  };
};

export const rejectLine: Carry<'reject_line'> = async (command, { tx, actor }) => {
  const [stored] = await tx.lines([command.lineId]);
  if (!stored) return refused('line_not_found');
  if (stored.state !== 'held') return refused('already_decided');
  await tx.setLines([command.lineId], 'rejected', actor.userId);
  return {
    entries: [],
    audit: {
      targetLineId: command.lineId,
      targetUserId: stored.line.author.id,
      reason: command.reason,
      details: { text: stored.line.text },
    },
    after: [{ do: 'decided', line: stored.line, approved: false, by: actor.name }],
  };
};
