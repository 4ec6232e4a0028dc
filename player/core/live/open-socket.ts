import { io } from 'socket.io-client';
import { LIVE_PATH, type FrameReply } from '#contracts';
import type { ConnectionDeps, LiveSocket } from './connection.ts';

const OPEN_WITHIN_MS = 10_000;

/** One socket over WebSocket only. Returning is the connection's matter: the library would ignore what `bye` says. */
export const openSocket: ConnectionDeps['open'] = (auth) => {
  const socket = io({
    path: LIVE_PATH,
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    timeout: OPEN_WITHIN_MS,
    auth,
  });
  const live: LiveSocket = {
    onOpen: (act) => void socket.on('connect', act),
    onClose(act) {
      socket.on('disconnect', act);
      socket.on('connect_error', () => {
        socket.close();
        act();
      });
    },
    on: (event, act) => void socket.on(event as string, act),
    emit: (frame, acknowledge) => void socket.emit('m', frame, (reply: FrameReply) => acknowledge(reply)),
    close: () => void socket.close(),
  };
  return live;
};
