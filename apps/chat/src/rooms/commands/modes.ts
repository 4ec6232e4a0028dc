import type { RoomModes } from '#contracts';
import type { Carry, CommandContext, CommandResult } from './command.ts';

export const setModes: Carry<'set_modes'> = (command, context) => change(command.modes, context);

/** One switch for a raid: while it is on, stricter rules hold beside the room's own modes. */
export const shield: Carry<'shield'> = (command, context) => change({ shield: command.on }, context);

async function change(wanted: Partial<RoomModes>, { tx, view }: CommandContext): Promise<CommandResult> {
  const modes = { ...view.modes, ...wanted };
  if (JSON.stringify(modes) === JSON.stringify(view.modes)) return { entries: [] };
  await tx.setModes(modes);
  return {
    entries: [{ type: 'modes_changed', data: modes }],
    audit: { details: wanted },
    after: [{ do: 'modes', modes }],
  };
}
