import type { Socket } from 'socket.io-client';
import { LIVE_PATH, type FrameReply } from '#contracts';
import type { ConnectionDeps, LiveSocket } from './connection.ts';

const OPEN_WITHIN_MS = 10_000;

/**
 * One socket over WebSocket only. Returning is the connection's matter: the library would ignore what `bye` says. The library itself comes
 * with the first socket, so that a page is there before it.
 */
export const openSocket: ConnectionDeps['open'] = (auth) => {
  const opening = open(auth);
  const withSocket = (act: (socket: Socket) => void) => void opening.then(act, () => undefined);
  const live: LiveSocket = {
    onOpen: (act) => withSocket((socket) => socket.on('connect', act)),
    onClose(act) {
      withSocket((socket) => {
        socket.on('disconnect', act);
        socket.on('connect_error', () => {
          socket.close();
          act();
        });
      });
      opening.catch(act); // the library did not load: as if the server were away
    },
    on: (event, act) => withSocket((socket) => socket.on(event as string, act)),
    emit: (frame, acknowledge) =>
      withSocket((socket) => socket.emit('m', frame, (reply: FrameReply) => acknowledge(reply))),
    close: () => withSocket((socket) => socket.close()),
  };
  return live;
};

async function open(auth: Parameters<ConnectionDeps['open']>[0]): Promise<Socket> {
  const { io } = await import('socket.io-client');
  return io({
    path: LIVE_PATH,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: OPEN_WITHIN_MS,
    auth,
  });
}
