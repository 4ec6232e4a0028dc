import { parseDirectives } from '#hls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PlaylistDesk } from '../playlists/playlist-desk.ts';
import { playlistCaching, sendPlaylist, sendStatus } from './answers.ts';

/** `<rendition>/live.m3u8`: answers now, or when the playlist has what the delivery directives ask for. */
export function serveLivePlaylist(
  request: FastifyRequest,
  reply: FastifyReply,
  desk: PlaylistDesk,
  rendition: string,
): void {
  const parsed = parseDirectives(request.query as Record<string, unknown>);
  if (parsed.kind === 'invalid') return sendStatus(reply, 400);
  // The answer may come long after the handler has returned.
  reply.hijack();
  const loseInterest = desk.ask(rendition, parsed.directives, (answer) => {
    if (reply.raw.destroyed) return;
    switch (answer.kind) {
      case 'playlist':
        return sendPlaylist(
          request,
          reply,
          answer.playlist,
          answer.blocking ? playlistCaching.blocking : playlistCaching.present,
        );
      case 'refused':
        return sendStatus(reply, 400);
      case 'unknown rendition':
        return sendStatus(reply, 404);
      case 'too late':
        return sendStatus(reply, 503);
    }
  });
  reply.raw.once('close', loseInterest);
}
