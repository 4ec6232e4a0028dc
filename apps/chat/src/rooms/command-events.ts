import { makeEvent } from '#bus';
import {
  personModerated,
  productPinned,
  type EventEnvelope,
  type HostCommand,
  type LogEntry,
  type ShowFacts,
} from '#contracts';
import type { Actor } from './actor.ts';
import type { CommandEffect } from './commands/command.ts';

interface Done {
  command: HostCommand;
  placed: readonly LogEntry[];
  show: ShowFacts;
  by: Actor;
  now: number;
  audit: CommandEffect['audit'];
}

/** What other processes are told of a command that was carried out. */
export function eventsOf({ command, placed, show, by, now, audit }: Done): EventEnvelope[] {
  const { showId, shopId } = show;
  const pins = placed.flatMap((entry) => {
    if (entry.type !== 'pinned' && entry.type !== 'unpinned') return [];
    const product = entry.type === 'pinned' ? entry.data : undefined;
    const data = {
      showId,
      shopId,
      productId: product?.productId ?? null,
      saleId: product?.saleId ?? null,
      mediaTime: entry.mediaTime,
    };
    return [makeEvent(productPinned, { aggregateId: showId, version: entry.seq, data })];
  });
  switch (command.type) {
    case 'timeout':
    case 'ban':
    case 'shadow_ban':
    case 'lift':
    case 'clear_user': {
      const { userId } = command;
      const data = {
        userId,
        shopId,
        showId,
        act: command.type,
        byId: by.userId,
        until: audit?.until ?? null,
      };
      return [...pins, makeEvent(personModerated, { aggregateId: userId, version: now, data })];
    }
    default:
      return pins;
  }
}
