import { join } from 'node:path';
import type { Logger } from '#process';
import { refusalOf, refuse, sendRefusal } from '#service';
import { diskStore, s3Store } from '#storage';
import type { ObjectStore } from '#storage';
import type { FastifyInstance } from 'fastify';
import { PlaybackTokens } from './access/playback-token.ts';
import { playbackRoutes } from './access/playback.routes.ts';
import { hlsRoutes } from './delivery/hls.routes.ts';
import { ShowDesks } from './delivery/show-desks.ts';
import type { OriginEnv } from './origin.env.ts';
import { partsWireRoutes } from './parts-wire/parts-wire.routes.ts';
import { finishRecording } from './recordings/finish-recording.ts';
import { loadRecording } from './recordings/load-recording.ts';
import { deleteShowMedia } from './shows/delete-show.ts';
import { endStream } from './streams/change-phase.ts';
import type { ShowStream } from './streams/show-stream.ts';
import { catalogAsker, ShowBook } from './shows/show-book.ts';
import { Spool } from './streams/spool.ts';
import { StoreKeeper } from './streams/store-keeper.ts';
import { StreamShelf } from './streams/stream-shelf.ts';

/** The parts of a running origin. */
export interface Origin {
  shelf: StreamShelf;
  desks: ShowDesks;
  shows: ShowBook;
  tokens: PlaybackTokens;
  store: ObjectStore;
  /** Routes that do not go through Nest. */
  routes: (fastify: FastifyInstance) => Promise<void>;
  /** Closes a show's playlists for good. */
  endShow(showId: string): Promise<void>;
  /** Removes all media of a show. */
  deleteShow(showId: string): Promise<void>;
  /** Sends waiting viewers and writers away, so that the server can close. */
  release(): void;
  /** Closes files; after the server has closed. */
  stop(): Promise<void>;
}

/** Puts the parts together and takes up what a former run left on the disk. */
export async function openOrigin(env: OriginEnv, logger: Logger): Promise<Origin> {
  const store = openStore(env);
  const spools = join(env.DATA_DIR, 'live');
  const pathOf = (showId: string, rendition: string, name: string): string =>
    new Spool(join(spools, showId)).pathOf(rendition, name);
  const keeper = new StoreKeeper(store, pathOf, logger);
  const shelf = new StreamShelf({
    folder: spools,
    keeper,
    logger,
    loadRecording: (showId) => loadRecording(store, showId),
  });
  const asker = env.CATALOG_URL && catalogAsker(env.CATALOG_URL, env.INTERNAL_TOKEN, logger);
  const shows = new ShowBook(join(env.DATA_DIR, 'shows'), asker || undefined);
  const desks = new ShowDesks(() => []);
  const tokens = new PlaybackTokens(env.INTERNAL_TOKEN);
  const stopping = new AbortController();
  shelf.onStream((stream) =>
    whenEnded(stream, () => {
      const parts = {
        shelf,
        keeper,
        store,
        logger,
        signal: stopping.signal,
        complete: async () => undefined,
      };
      void finishRecording(stream, parts);
    }),
  );
  await shelf.recover();
  const routes = mediaRoutes(env, logger, { shelf, desks, shows, tokens, store });
  return {
    shelf,
    desks,
    shows,
    tokens,
    store,
    routes,
    async endShow(showId) {
      const stream = await shelf.find(showId);
      if (stream) await endStream(stream);
    },
    async deleteShow(showId) {
      const objects = await deleteShowMedia(showId, { shelf, desks, keeper, store });
      logger.info({ showId, objects }, 'media of a deleted show removed');
    },
    release: () => desks.stop(),
    async stop() {
      stopping.abort();
      await keeper.stop();
      await shelf.stop();
      store.stop();
    },
  };
}

/** Calls back once when the stream ends, or at once when it has. */
function whenEnded(stream: ShowStream, then: () => void): void {
  if (stream.rows.phase === 'ended') return then();
  const stopListening = stream.onChange(() => {
    if (stream.rows.phase !== 'ended') return;
    stopListening();
    then();
  });
}

function mediaRoutes(
  env: OriginEnv,
  logger: Logger,
  { shelf, desks, shows, tokens, store }: Pick<Origin, 'shelf' | 'desks' | 'shows' | 'tokens' | 'store'>,
) {
  return async (fastify: FastifyInstance): Promise<void> => {
    await fastify.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => sendRefusal(refusalOf(error, logger), request, reply));
      await scope.register(hlsRoutes({ shelf, desks, store }));
      await scope.register(playbackRoutes(shows, tokens));
      await scope.register(
        partsWireRoutes({ shelf, desks, internalToken: env.INTERNAL_TOKEN, checkShow: refuseDeleted(shows) }),
      );
    });
  };
}

function openStore(env: OriginEnv): ObjectStore {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if (bucket === undefined) {
    return diskStore({ root: join(env.DATA_DIR, 'store'), durable: env.STORAGE_DURABLE });
  }
  return s3Store({
    bucket,
    region: env.S3_REGION,
    endpoint: env.S3_ENDPOINT,
    prefix: env.S3_PREFIX,
    credentials: accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined,
  });
}

function refuseDeleted(shows: ShowBook) {
  return async (showId: string): Promise<void> => {
    const show = await shows.find(showId);
    if (typeof show === 'object' && show.kind === 'deleted') throw refuse('show_deleted');
  };
}
