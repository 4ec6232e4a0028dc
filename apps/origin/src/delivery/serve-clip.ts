import { renderMediaPlaylist, renderMultivariant } from '#hls';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { clipSpan } from '../clips/clip-span.ts';
import { multivariantPlaylist } from '../playlists/multivariant-playlist.ts';
import { RenderedPlaylist } from '../playlists/rendered-playlist.ts';
import { wholeMediaPlaylist } from '../playlists/whole-playlist.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import { playlistCaching, sendPlaylist, sendStatus } from './answers.ts';

/** `clip.m3u8?from=&to=` (seconds of the replay): a stretch of the show, as multivariant or as one rendition's playlist. */
export function serveClip(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: ShowStream,
  rendition?: string,
): void {
  const { from, to } = request.query as { from?: unknown; to?: unknown };
  const fromS = seconds(from);
  const toS = seconds(to);
  const span = fromS === undefined || toS === undefined ? undefined : clipSpan(stream.rows, fromS, toS);
  if (!span) return sendStatus(reply, 400);
  const text =
    rendition === undefined
      ? multivariant(stream, `from=${fromS}&to=${toS}`)
      : media(stream, rendition, span);
  if (text === undefined) return sendStatus(reply, 404);
  // A clip of what is still growing may gain a segment at its end.
  const caching = stream.rows.phase === 'ended' ? playlistCaching.final : playlistCaching.whole;
  sendPlaylist(request, reply, new RenderedPlaylist(text), caching);
}

function multivariant(stream: ShowStream, query: string): string {
  return renderMultivariant(multivariantPlaylist(stream.rows, { clip: query }));
}

function media(
  stream: ShowStream,
  rendition: string,
  span: { from: number; to: number },
): string | undefined {
  const playlist = wholeMediaPlaylist(stream.rows, rendition, [], span);
  return playlist && renderMediaPlaylist(playlist);
}

function seconds(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,6}(?:\.\d{1,3})?$/.test(value)) return undefined;
  return Number(value);
}
