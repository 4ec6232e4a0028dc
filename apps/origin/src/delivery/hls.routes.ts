import { renderMultivariant } from '#hls';
import type { ObjectStore } from '#storage';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { multivariantPlaylist } from '../playlists/multivariant-playlist.ts';
import { LONGEST_WAIT_MS } from '../playlists/playlist-desk.ts';
import { RenderedPlaylist } from '../playlists/rendered-playlist.ts';
import { parseMediaName } from '../streams/media-names.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import type { StreamShelf } from '../streams/stream-shelf.ts';
import { playlistCaching, sendPlaylist, sendStatus } from './answers.ts';
import { serveLivePlaylist } from './serve-live-playlist.ts';
import { serveMedia } from './serve-media.ts';
import type { ShowDesks } from './show-desks.ts';

export interface HlsRouteParts {
  shelf: StreamShelf;
  desks: ShowDesks;
  store: ObjectStore;
}

interface ShowParams {
  showId: string;
  rendition: string;
  file: string;
}

/** What viewers load, below `/hls/<show>/`. Plain Fastify: these routes carry nearly all of the load. */
export function hlsRoutes({ shelf, desks, store }: HlsRouteParts) {
  return async (fastify: FastifyInstance): Promise<void> => {
    fastify.get<{ Params: ShowParams }>('/hls/:showId/index.m3u8', async (request, reply) => {
      const stream = await shelf.find(request.params.showId);
      if (!stream) return sendStatus(reply, 404);
      await whenPlayable(stream, reply);
      return serveMultivariant(request, reply, stream);
    });
    fastify.get<{ Params: ShowParams }>('/hls/:showId/:rendition/:file', async (request, reply) => {
      const { showId, rendition, file } = request.params;
      const stream = await shelf.find(showId);
      if (!stream) return sendStatus(reply, 404);
      if (file === 'live.m3u8') return serveLivePlaylist(request, reply, desks.of(stream), rendition);
      const name = parseMediaName(file);
      if (!name) return sendStatus(reply, 404);
      return serveMedia(reply, stream, store, rendition, name);
    });
  };
}

function serveMultivariant(request: FastifyRequest, reply: FastifyReply, stream: ShowStream): void {
  if (!isPlayable(stream)) return sendStatus(reply, 503);
  const text = renderMultivariant(multivariantPlaylist(stream.rows, 'live'));
  sendPlaylist(request, reply, new RenderedPlaylist(text), playlistCaching.multivariant);
}

/** A show that has just begun: its address is answered as soon as there is something to play. */
async function whenPlayable(stream: ShowStream, reply: FastifyReply): Promise<void> {
  if (isPlayable(stream)) return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(finish, LONGEST_WAIT_MS);
    const stopListening = stream.onChange(() => {
      if (isPlayable(stream)) finish();
    });
    reply.raw.once('close', finish);
  });
}

function isPlayable({ rows }: ShowStream): boolean {
  for (const { segments } of rows.renditions.values()) if (segments.some(({ closed }) => closed)) return true;
  return false;
}
