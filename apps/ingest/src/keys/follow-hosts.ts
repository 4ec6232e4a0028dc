import { listen, startConsumer, type Bus, type Consumer } from '#bus';
import {
  membershipChanged,
  PERMISSIONS_BY_ROLE,
  userBanned,
  userErased,
  userUnbanned,
  type EventOf,
} from '#contracts';
import type { Logger } from '#process';
import type { Pool } from 'pg';
import { recordStanding, type HostStanding } from './host-standing.ts';

type AboutHost = EventOf<
  typeof membershipChanged | typeof userBanned | typeof userUnbanned | typeof userErased
>;

const ABOUT_HOSTS = [membershipChanged, userBanned, userUnbanned, userErased] as const;

/**
 * Takes stream keys away from people who were banned, erased, or may publish for a shop no more. Every process cuts its own
 * publishers as soon as it hears of it, also while the database is away; one of them records it for good.
 */
export async function followHosts(parts: {
  bus: Bus;
  pool: Pool;
  logger: Logger;
  /** Takes news of a host: cuts their publishers and refuses their keys from then on, or lets them publish again. */
  hear: (standing: HostStanding) => void;
}): Promise<Consumer> {
  const { bus, pool, logger, hear } = parts;
  const heard = listen({ bus, logger, events: ABOUT_HOSTS, handle: (event) => hear(standingOf(event)) });
  const recorded = await startConsumer({
    bus,
    pool,
    logger,
    durable: 'ingest-hosts',
    events: ABOUT_HOSTS,
    handle: (event, query) => recordStanding(query, standingOf(event)),
  });
  return {
    async stop() {
      await Promise.all([heard.stop(), recorded.stop()]);
    },
  };
}

function standingOf({ type, version, data }: AboutHost): HostStanding {
  const { userId } = data;
  if (!('shopId' in data)) {
    return { userId, shopId: null, mayPublish: type === 'accounts.user_unbanned', version };
  }
  const { shopId, role } = data;
  const mayPublish = role !== null && PERMISSIONS_BY_ROLE[role].includes('stream-keys:write');
  return { userId, shopId, mayPublish, version };
}
