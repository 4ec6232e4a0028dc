import type { ChatLine, HostCommand, HostCommandType, LivePush, RoomModes } from '#contracts';
import type { Actor } from '../actor.ts';
import type { Refused } from '../asks.ts';
import type { RoomMemory } from '../room-memory.ts';
import type { AuditRow, NewEntry, RoomStart, RoomTransaction, Sanction } from '../room-ports.ts';
import type { RoomView } from '../room-view.ts';

/** What a command may read and write; everything it writes is in one transaction with its log entries. */
export interface CommandContext {
  tx: RoomTransaction;
  show: RoomStart['show'];
  view: RoomView;
  memory: RoomMemory;
  actor: Actor;
  now: number;
  newId(): string;
  /** The next free position of a line, for lines that are shown later than they were said. */
  nextLineSeq(): number;
}

/** What happens in memory and on sockets once the transaction is committed. */
export type AfterEffect =
  | { do: 'restrict'; sanction: Sanction }
  | { do: 'lift'; userId: string }
  | { do: 'modes'; modes: RoomModes }
  | { do: 'read_rules' }
  | { do: 'remove_lines'; lineIds: readonly string[] }
  /** Everything that an erased account said. */
  | { do: 'forget'; userId: string }
  | { do: 'show_line'; line: ChatLine }
  | { do: 'decided'; line: ChatLine; approved: boolean; by: string }
  | { do: 'eject'; userId: string }
  | { do: 'push'; userId: string; push: LivePush };

export interface CommandEffect {
  entries: NewEntry[];
  audit?: Omit<AuditRow, 'actorId' | 'actorName' | 'act'>;
  after?: AfterEffect[];
}

export type CommandResult = CommandEffect | Refused;

export type CommandOf<T extends HostCommandType> = Extract<HostCommand, { type: T }>;

export type Carry<T extends HostCommandType> = (
  command: CommandOf<T>,
  context: CommandContext,
) => Promise<CommandResult>;

export function refused(code: Refused['code'], detail?: string): Refused {
  return { ok: false, code, ...(detail ? { detail } : {}) };
}
