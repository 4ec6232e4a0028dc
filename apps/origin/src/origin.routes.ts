import { refusalOf, refuse, sendRefusal } from '#service';
import type { FastifyInstance } from 'fastify';
import { playbackRoutes } from './access/playback.routes.ts';
import { hlsRoutes } from './delivery/hls.routes.ts';
import type { Origin } from './origin.ts';
import { partsWireRoutes } from './parts-wire/parts-wire.routes.ts';
import type { ShowBook } from './shows/show-book.ts';

/** Routes that do not go through Nest: what viewers load, what the edge asks, what transcoders put. */
export function originRoutes(origin: Origin) {
  const { env, logger, shows, tokens } = origin;
  return async (fastify: FastifyInstance): Promise<void> => {
    await fastify.register(async (scope) => {
      scope.setErrorHandler((error, request, reply) => sendRefusal(refusalOf(error, logger), request, reply));
      await scope.register(hlsRoutes(origin));
      await scope.register(playbackRoutes(shows, tokens));
      await scope.register(
        partsWireRoutes({ ...origin, internalToken: env.INTERNAL_TOKEN, checkShow: refuseDeleted(shows) }),
      );
    });
  };
}

function refuseDeleted(shows: ShowBook) {
  return async (showId: string): Promise<void> => {
    const show = await shows.find(showId);
    if (typeof show === 'object' && show.kind === 'deleted') throw refuse('show_deleted');
  };
}
