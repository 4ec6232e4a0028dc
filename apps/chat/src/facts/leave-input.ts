import type { Query } from '#bus';
import type { RoomNews } from '../rooms/room-ports.ts';

/** Leaves something for the room's owner; a slot that is taken is replaced and goes to the end. */
export async function leaveInput(query: Query, showId: string, slot: string, input: RoomNews): Promise<void> {
  await query(
    `INSERT INTO room_input (show_id, slot, input) VALUES ($1, $2, $3)
     ON CONFLICT (show_id, slot) DO UPDATE SET input = $3, position = DEFAULT`,
    [showId, slot, JSON.stringify(input)],
  );
  await query(`SELECT pg_notify('room_input', $1)`, [showId]);
}
