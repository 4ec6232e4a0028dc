import {
  eventType,
  ShowFacts,
  showDeleted,
  showEnded,
  showPaused,
  showResumed,
  showScheduled,
  showUpdated,
  showWentLive,
  streamEnded,
} from '#contracts';
import { connectBus, startRepeatingConsumer } from '#bus';
import type { Bus } from '#bus';
import type { Logger } from '#process';
import type { ShowBook } from './show-book.ts';
import { recordOf } from './show-book.ts';

export interface FollowCatalogParts {
  natsUrl: string;
  /** Of this process: several origins each hear everything, since each keeps its own shows. */
  name: string;
  shows: ShowBook;
  logger: Logger;
  endShow: (showId: string) => Promise<void>;
  deleteShow: (showId: string, shopId: string) => Promise<void>;
  /** Takes the connection for what this process publishes itself. */
  announcer: { connect(bus: Bus): void };
}

/** Keeps the show book up to date and ends or deletes media when catalog says so. Waits for NATS as long as it takes. */
export async function followCatalog(
  parts: FollowCatalogParts,
): Promise<{ bus: Bus; stop(): Promise<void>; ping(): Promise<void> }> {
  const { natsUrl, name, shows, logger, endShow, deleteShow } = parts;
  const bus = await connectBus({ url: natsUrl, name, logger });
  parts.announcer.connect(bus);
  const consumer = await startRepeatingConsumer({
    bus,
    durable: name,
    logger,
    events: [
      showScheduled,
      showUpdated,
      showWentLive,
      showPaused,
      showResumed,
      showEnded,
      showDeleted,
      streamEnded,
    ],
    handle: async (event) => {
      if (event.type === eventType(streamEnded)) return endShow(event.data.showId);
      const facts = ShowFacts.parse(event.data);
      if (event.type === eventType(showDeleted)) {
        await shows.record(facts.showId, { kind: 'deleted', version: event.version });
        return deleteShow(facts.showId, facts.shopId);
      }
      await shows.record(facts.showId, recordOf(facts, event.version));
      if (event.type === eventType(showEnded)) await endShow(facts.showId);
    },
  });
  return {
    bus,
    ping: () => bus.ping(),
    async stop() {
      await consumer.stop();
      await bus.close();
    },
  };
}
