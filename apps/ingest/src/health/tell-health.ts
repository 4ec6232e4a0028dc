import { makeEvent, type Bus } from '#bus';
import { streamHealthChanged } from '#contracts';
import type { Logger } from '#process';
import type { Publishers } from '../streams/publishers.ts';
import type { TranscodeTroubles } from './transcode-troubles.ts';
import { adviceOf } from './advice-of.ts';

const EVERY_MS = 1_000;

/** Publishes a stream's list of advice whenever it changes. Gives the function that stops it. */
export function tellHealth(
  bus: Bus,
  publishers: Publishers,
  troubles: TranscodeTroubles,
  logger: Logger,
): () => void {
  const told = new Map<string, string>();
  const timer = setInterval(() => {
    const live = new Set<string>();
    for (const publisher of publishers.all()) {
      const { streamId, showId, shopId } = publisher.session;
      live.add(streamId);
      const advice = adviceOf(publisher.stream, troubles.of(showId));
      const codes = advice.map(({ code }) => code).join();
      if (told.get(streamId) === codes) continue;
      told.set(streamId, codes);
      const data = { streamId, showId, shopId, advice };
      const event = makeEvent(streamHealthChanged, { aggregateId: streamId, version: Date.now(), data });
      bus.publish(event).catch((err: unknown) => logger.debug({ err }, 'stream health not told'));
    }
    for (const streamId of told.keys()) if (!live.has(streamId)) told.delete(streamId);
  }, EVERY_MS);
  return () => clearInterval(timer);
}
