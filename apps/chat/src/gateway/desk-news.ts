import { followEvents, type Bus, type Consumer } from '#bus';
import { stockRanLow, streamHealthChanged, streamRefused, type LiveDesk } from '#contracts';
import type { Logger } from '#process';

/** Rooms of which a desk may be open here: of one show, or of a shop. */
export type DeskOf = { showId: string } | { shopId: string };

/**
 * Tells open desks what other processes found: the state of the stream, encoders turned away, stock that runs low. Hints
 * only: a page that opens later asks the process that knows.
 */
export async function followDeskNews(
  bus: Bus,
  logger: Logger,
  tellDesks: (of: DeskOf, desk: LiveDesk) => void,
): Promise<Consumer> {
  const shared = { bus, logger, sinceMs: 0 };
  const followers = await Promise.all([
    followEvents({
      ...shared,
      events: [streamHealthChanged, streamRefused],
      handle: ({ at, data }) => {
        if ('keyId' in data) {
          const { showId, shopId, reason, advice } = data;
          tellDesks(showId ? { showId } : { shopId }, { refused: { reason, advice, at: Date.parse(at) } });
        } else tellDesks({ showId: data.showId }, { advice: data.advice });
      },
    }),
    followEvents({
      ...shared,
      events: [stockRanLow],
      handle: ({ at, data: { shopId, ...low } }) =>
        tellDesks({ shopId }, { lowStock: [{ ...low, at: Date.parse(at) }] }),
    }),
  ]);
  return { stop: async () => void (await Promise.all(followers.map((follower) => follower.stop()))) };
}
