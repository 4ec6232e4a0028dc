import {
  LIVE_PATH,
  LIVE_PROTOCOL_VERSION,
  type ClientFrame,
  type FrameReply,
  type HostCommand,
} from '#contracts';
import { newId } from '#process';
import { io } from 'socket.io-client';
import type { Person } from './people.ts';

/** Gives a host's command over the live socket, as the studio does; a refusal fails the journey. */
export async function order(
  siteUrl: string,
  host: Person,
  showId: string,
  command: HostCommand,
): Promise<void> {
  const socket = io(siteUrl, {
    path: LIVE_PATH,
    transports: ['websocket'],
    auth: { v: LIVE_PROTOCOL_VERSION, token: host.accessToken },
    reconnection: false,
  });
  const send = (frame: ClientFrame): Promise<FrameReply> => socket.timeout(10_000).emitWithAck('m', frame);
  try {
    for (const frame of [
      { op: 'join', showId },
      { op: 'command', showId, id: newId(), command },
    ] as const) {
      const reply = await send(frame);
      if (!reply.ok) throw new Error(`${frame.op} refused: ${JSON.stringify(reply)}`);
    }
  } finally {
    socket.disconnect();
  }
}
