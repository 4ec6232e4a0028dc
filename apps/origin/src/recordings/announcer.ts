import { makeEvent } from '#bus';
import type { Bus } from '#bus';
import { recordingReady, recordingRemoved } from '#contracts';
import type { RecordingCard } from './recording-cards.ts';

/** Tells other processes of recordings; waits for NATS as long as it takes. */
export class Announcer {
  private readonly connected = Promise.withResolvers<Bus>();

  connect(bus: Bus): void {
    this.connected.resolve(bus);
  }

  async ready(card: RecordingCard): Promise<void> {
    const { showId, shopId, durationS, bytes } = card;
    const bus = await this.connected.promise;
    const endedAt = new Date(card.endedAt).toISOString();
    const data = { showId, shopId, endedAt, durationS, bytes };
    await bus.publish(makeEvent(recordingReady, { aggregateId: showId, version: 1, data }));
  }

  async removed({ showId, shopId }: RecordingCard): Promise<void> {
    const bus = await this.connected.promise;
    await bus.publish(
      makeEvent(recordingRemoved, { aggregateId: showId, version: 2, data: { showId, shopId } }),
    );
  }
}
