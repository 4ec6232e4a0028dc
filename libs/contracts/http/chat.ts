/** Everything apps/chat answers over HTTP; its sockets speak socket/live.ts. */
export * from './chat/rooms.ts';
export * from './chat/moderation.ts';
export * from './chat/me.ts';
