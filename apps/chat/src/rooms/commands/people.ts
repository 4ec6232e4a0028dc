import type { Sanction } from '../room-ports.ts';
import { mutedPush } from '../room-rules.ts';
import { refused, type AfterEffect, type Carry, type CommandContext, type CommandResult } from './command.ts';
import { clearLinesOf } from './lines.ts';

/** Keeps somebody from writing for a while; they go on watching and see the countdown. */
export const timeout: Carry<'timeout'> = (command, context) =>
  restrict(context, {
    sanction: {
      userId: command.userId,
      kind: 'timeout',
      until: context.now + command.seconds * 1_000,
      reason: command.reason ?? null,
    },
    clear: command.clear ?? false,
  });

/** Puts somebody out of all rooms of the shop. */
export const ban: Carry<'ban'> = (command, context) =>
  restrict(context, {
    sanction: {
      userId: command.userId,
      kind: 'ban',
      until: command.until ?? null,
      reason: command.reason ?? null,
    },
    clear: command.clear ?? false,
  });

/** Lets somebody write on, seen by themselves and moderators only. They are not told. */
export const shadowBan: Carry<'shadow_ban'> = (command, context) =>
  restrict(context, {
    sanction: {
      userId: command.userId,
      kind: 'shadow',
      until: command.until ?? null,
      reason: command.reason ?? null,
    },
    clear: false,
  });

export const lift: Carry<'lift'> = async (command, { tx, actor, now, show }) => {
  const lifted = await tx.liftSanctions(command.userId, actor.userId, now);
  if (!lifted) return refused('not_restricted');
  return {
    entries: [],
    audit: { targetUserId: command.userId, reason: command.reason },
    after: [
      { do: 'lift', userId: command.userId },
      { do: 'push', userId: command.userId, push: { type: 'unmuted', showId: show.showId } },
    ],
  };
};

interface Restriction {
  sanction: Sanction;
  clear: boolean;
}

async function restrict(context: CommandContext, { sanction, clear }: Restriction): Promise<CommandResult> {
  const { tx, show, memory, actor, now, newId } = context;
  const { userId, until, reason } = sanction;
  if (userId === actor.userId || isProtected(userId, context)) return refused('forbidden');
  if (until !== null && until <= now) return refused('invalid_request', 'the end lies in the past');
  await tx.addSanction({ ...sanction, id: newId(), userName: null, byId: actor.userId, at: now });
  const cleared = clear ? await clearLinesOf(userId, context) : { entries: [], after: [] };
  const after: AfterEffect[] = [{ do: 'restrict', sanction }, ...(cleared.after ?? [])];
  if (sanction.kind === 'ban') after.push({ do: 'eject', userId });
  if (sanction.kind === 'timeout') {
    after.push({ do: 'push', userId, push: mutedPush(show.showId, sanction) });
  }
  memory.removeLines((line) => clear && line.author.id === userId);
  return {
    entries: cleared.entries,
    audit: { targetUserId: userId, until, reason: reason ?? undefined, details: { clear } },
    after,
  };
}

/** The host and people with rights are not restricted by each other; the shop's owner changes their role first. */
function isProtected(userId: string, { show, memory }: CommandContext): boolean {
  return userId === show.hostId || memory.roles.has(userId);
}
