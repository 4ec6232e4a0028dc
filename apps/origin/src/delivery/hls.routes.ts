import { parseDirectives, renderMultivariant } from '#hls';
import type { ObjectStore } from '#storage';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ShowLogs } from '../log/show-logs.ts';
import type { PictureDesk, PictureFile } from '../pictures/picture-desk.ts';
import { multivariantPlaylist } from '../playlists/multivariant-playlist.ts';
import type { PlaylistKind } from '../playlists/multivariant-playlist.ts';
import { LONGEST_WAIT_MS } from '../playlists/playlist-desk.ts';
import type { PlaylistDesk } from '../playlists/playlist-desk.ts';
import { RenderedPlaylist } from '../playlists/rendered-playlist.ts';
import { parseMediaName } from '../streams/media-names.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import type { StreamShelf } from '../streams/stream-shelf.ts';
import { playlistCaching, sendFile, sendPlaylist, sendStatus } from './answers.ts';
import { serveLivePlaylist } from './serve-live-playlist.ts';
import { serveMedia } from './serve-media.ts';
import { serveClip } from './serve-clip.ts';
import type { ShowDesks } from './show-desks.ts';

export interface HlsRouteParts {
  shelf: StreamShelf;
  desks: ShowDesks;
  pictures: PictureDesk;
  logs: ShowLogs;
  store: ObjectStore;
}

interface ShowParams {
  showId: string;
  rendition: string;
  file: string;
}

/** Which multivariant playlist a name stands for. `index` is whatever the show is now: live, or its replay. */
const MULTIVARIANTS: Readonly<Record<string, PlaylistKind | 'present'>> = {
  'index.m3u8': 'present',
  'dvr.m3u8': 'dvr',
  'replay.m3u8': 'replay',
};

/** What viewers load, below `/hls/<show>/`. Plain Fastify: these routes carry nearly all of the load. */
export function hlsRoutes({ shelf, desks, pictures, logs, store }: HlsRouteParts) {
  return async (fastify: FastifyInstance): Promise<void> => {
    fastify.get<{ Params: ShowParams }>('/hls/:showId/:file', async (request, reply) => {
      const { showId, file } = request.params;
      const stream = await shelf.find(showId);
      if (!stream) return sendStatus(reply, 404);
      if (file === 'clip.m3u8') return serveClip(request, reply, stream);
      const kind = MULTIVARIANTS[file];
      if (!kind) return servePicture(reply, await pictures.file(stream, file));
      await whenPlayable(stream, reply);
      return serveMultivariant(request, reply, stream, kind);
    });
    fastify.get<{ Params: ShowParams }>('/hls/:showId/:rendition/:file', async (request, reply) => {
      const { showId, rendition, file } = request.params;
      const stream = await shelf.find(showId);
      if (!stream) return sendStatus(reply, 404);
      if (file === 'live.m3u8') return serveLivePlaylist(request, reply, desks.of(stream), rendition);
      if (file === 'clip.m3u8') return serveClip(request, reply, stream, rendition);
      if (file === 'dvr.m3u8' || file === 'replay.m3u8') {
        await logs.of(stream);
        return serveWholePlaylist(request, reply, stream, desks.of(stream), rendition);
      }
      const name = parseMediaName(file);
      if (!name) return sendStatus(reply, 404);
      return serveMedia(reply, stream, store, rendition, name);
    });
  };
}

function serveMultivariant(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: ShowStream,
  kind: PlaylistKind | 'present',
): void {
  if (!isPlayable(stream)) return sendStatus(reply, 503);
  const ended = stream.rows.phase === 'ended';
  // A replay of what is still going on would be cached as if it were whole.
  if (kind === 'replay' && !ended) return sendStatus(reply, 404);
  const kindNow = ended ? 'replay' : kind === 'present' ? 'live' : kind;
  const text = renderMultivariant(multivariantPlaylist(stream.rows, kindNow));
  sendPlaylist(request, reply, new RenderedPlaylist(text), playlistCaching.multivariant);
}

function servePicture(reply: FastifyReply, file: PictureFile | undefined): void {
  if (!file) return sendStatus(reply, 404);
  sendFile(reply, file.contentType, file.bytes, file.final);
}

function serveWholePlaylist(
  request: FastifyRequest,
  reply: FastifyReply,
  stream: ShowStream,
  desk: PlaylistDesk,
  rendition: string,
): void {
  const ended = stream.rows.phase === 'ended';
  const parsed = parseDirectives(request.query as Record<string, unknown>);
  if (parsed.kind === 'invalid') return sendStatus(reply, 400);
  const playlist = desk.whole(rendition, ended ? 'none' : parsed.directives.skip);
  if (!playlist) return sendStatus(reply, 404);
  sendPlaylist(request, reply, playlist, ended ? playlistCaching.final : playlistCaching.whole);
}

/** A show that has just begun: its address is answered as soon as there is something to play. */
async function whenPlayable(stream: ShowStream, reply: FastifyReply): Promise<void> {
  if (isPlayable(stream) || stream.rows.phase === 'ended') return;
  await new Promise<void>((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const timer = setTimeout(finish, LONGEST_WAIT_MS);
    const stopListening = stream.onChange(({ phase }) => {
      if (phase || isPlayable(stream)) finish();
    });
    reply.raw.once('close', finish);
  });
}

function isPlayable({ rows }: ShowStream): boolean {
  for (const { segments } of rows.renditions.values()) if (segments.some(({ closed }) => closed)) return true;
  return false;
}
