import type { FastifyInstance } from 'fastify';
import type { ShowBook } from '../shows/show-book.ts';
import { decidePlayback } from './decide-playback.ts';
import type { PlaybackTokens } from './playback-token.ts';

/** Header that tells the edge why a show may not be played. */
const STATE_HEADER = 'x-show-state';

/**
 * `GET /playback/<show>?token=`: the edge asks this before every media request (and remembers the answer for five seconds).
 * 204 or 403; an `auth_request` knows no other refusal, so the reason travels in a header.
 */
export function playbackRoutes(shows: ShowBook, tokens: PlaybackTokens) {
  return async (fastify: FastifyInstance): Promise<void> => {
    fastify.get<{ Params: { showId: string }; Querystring: { token?: string } }>(
      '/playback/:showId',
      async ({ params, query }, reply) => {
        const token = typeof query.token === 'string' ? query.token : '';
        const decision = await decidePlayback(shows, tokens, {
          showId: params.showId,
          token,
          now: Date.now(),
        });
        void reply.header('cache-control', 'no-store');
        if (decision === 'undecided') return reply.status(503).send();
        if (decision === 'play') return reply.status(204).send();
        return reply.status(403).header(STATE_HEADER, decision).send();
      },
    );
  };
}
