import { startConsumer, type Bus, type Consumer } from '#bus';
import {
  showDeleted,
  showEnded,
  showPaused,
  showResumed,
  showScheduled,
  showUpdated,
  showWentLive,
} from '#contracts';
import type { Logger } from '#process';
import type { Pool } from 'pg';
import { endSessionOfShow } from '../sessions/publish-sessions.ts';
import { rememberShow } from './shows.ts';

/** Keeps ingest's picture of the shows, and ends the stream of a show that is over. */
export function followShows(parts: {
  bus: Bus;
  pool: Pool;
  logger: Logger;
  cutShow: (showId: string) => void;
}): Promise<Consumer> {
  const { bus, pool, logger, cutShow } = parts;
  return startConsumer({
    bus,
    pool,
    logger,
    durable: 'ingest-shows',
    events: [showScheduled, showUpdated, showWentLive, showPaused, showResumed, showEnded, showDeleted],
    async handle(event, query) {
      const { data, type, version } = event;
      const isDeleted = type === 'catalog.show_deleted';
      await rememberShow(query, { ...data, state: isDeleted ? 'ended' : data.state }, version);
      if (data.state !== 'ended' && !isDeleted) return;
      await endSessionOfShow(query, data.showId, isDeleted ? 'show_deleted' : 'show_ended');
      cutShow(data.showId);
    },
  });
}
