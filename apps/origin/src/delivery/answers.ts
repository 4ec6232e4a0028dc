import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ServerResponse } from 'node:http';
import type { RenderedPlaylist } from '../playlists/rendered-playlist.ts';

/** Players on other sites may read everything here: private shows are protected by their address, not by cookies. */
const OPEN = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'Age, Date, Content-Length, Content-Range',
} as const;

/** Never changes under its name; shared caches keep it a day, which is longer than anybody is behind. */
const IMMUTABLE = 'public, max-age=31536000, s-maxage=86400, immutable';

/**
 * How long caches may keep a playlist. One that was asked for by its position holds at least that position for ever, so it
 * may be kept as long as somebody might ask for the same; the bare one is the present and at most a second old.
 */
export const playlistCaching = {
  blocking: 'public, max-age=10',
  present: 'public, max-age=1',
  multivariant: 'public, max-age=1',
  whole: 'public, max-age=2',
  final: 'public, max-age=3600',
} as const;

/** Answers with a playlist; several thousand of these may leave in one turn, so nothing is computed here. */
export function sendPlaylist(
  request: FastifyRequest,
  reply: FastifyReply,
  playlist: RenderedPlaylist,
  caching: string,
): void {
  const packed = acceptsGzip(request);
  const body = packed ? playlist.gzip : playlist.plain;
  const response = takeOver(reply);
  response.writeHead(200, {
    'content-type': 'application/vnd.apple.mpegurl',
    'cache-control': caching,
    'content-length': body.length,
    vary: 'Accept-Encoding',
    ...(packed ? { 'content-encoding': 'gzip' } : {}),
    ...OPEN,
  });
  response.end(body);
}

/** Answers with media held in memory. */
export function sendMedia(reply: FastifyReply, contentType: string, pieces: readonly Buffer[]): void {
  const response = takeOver(reply);
  response.writeHead(200, {
    ...mediaHeaders(contentType),
    'content-length': pieces.reduce((sum, piece) => sum + piece.length, 0),
  });
  response.cork();
  for (const piece of pieces) response.write(piece);
  response.end();
}

/** Answers with a small file that is replaced from time to time, unless it is `final`. */
export function sendFile(reply: FastifyReply, contentType: string, bytes: Uint8Array, final: boolean): void {
  const response = takeOver(reply);
  response.writeHead(200, {
    'content-type': contentType,
    'cache-control': final ? 'public, max-age=3600' : 'public, max-age=5',
    'content-length': bytes.length,
    ...OPEN,
  });
  response.end(bytes);
}

/** Headers of media that never changes. */
export function mediaHeaders(contentType: string): Record<string, string> {
  return { 'content-type': contentType, 'cache-control': IMMUTABLE, ...OPEN };
}

/** Answers without content; never cached. */
export function sendStatus(reply: FastifyReply, status: 400 | 403 | 404 | 410 | 503): void {
  const response = takeOver(reply);
  response.writeHead(status, { 'cache-control': 'no-store', 'content-length': 0, ...OPEN });
  response.end();
}

/** Takes the answer out of Fastify's hands: its hooks cost more than the answer. */
function takeOver(reply: FastifyReply): ServerResponse {
  reply.hijack();
  return reply.raw;
}

/** Whether a client takes gzip. */
export function acceptsGzip({ headers }: FastifyRequest): boolean {
  const accepted = headers['accept-encoding'];
  return typeof accepted === 'string' && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted);
}
