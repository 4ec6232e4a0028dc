import type { DemandLine } from '#contracts';
import type { FastifyReply } from 'fastify';
import type { PlaylistDesk } from '../playlists/playlist-desk.ts';

/** A line even when nothing changes, so that both sides notice a dead connection. */
const LINE_EVERY_MS = 2_000;

/** Renditions that nobody asked for in this time are left out. */
const FORGET_AFTER_MS = 120_000;

/** Tells the writer which renditions viewers ask for, until either side ends the answer. */
export function sendDemand(reply: FastifyReply, desk: PlaylistDesk): void {
  reply.hijack();
  const response = reply.raw;
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  const send = (): void => {
    const line: DemandLine = { askedMsAgo: desk.demand(Date.now(), FORGET_AFTER_MS) };
    response.write(`${JSON.stringify(line)}\n`);
  };
  send();
  const timer = setInterval(send, LINE_EVERY_MS);
  const stopListening = desk.onDemand(send);
  const forget = desk.onStop(() => response.end());
  response.once('close', () => {
    clearInterval(timer);
    stopListening();
    forget();
  });
}
