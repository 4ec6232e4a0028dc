import type { Bus } from '#bus';
import { newId, type Logger } from '#process';
import { roomSubjects } from '../rooms/asks.ts';
import type { JetStreamTicks } from '../rooms/jetstream-ticks.ts';
import type { RoomClient } from '../rooms/room-client.ts';
import { Clients } from './clients.ts';
import { Feeds } from './feeds.ts';

/** The viewers' side: sockets and the rooms they sit in. */
export function openGateway({
  bus,
  rooms,
  ticks,
  logger,
}: {
  bus: Bus;
  rooms: RoomClient;
  ticks: JetStreamTicks;
  logger: Logger;
}): { clients: Clients; feeds: Feeds } {
  const hear = <T>(subject: string, handle: (body: T) => void): (() => void) => {
    const subscription = bus.nc.subscribe(subject, {
      callback: (error, message) => {
        if (!error) handle(message.json<T>());
      },
    });
    return () => subscription.unsubscribe();
  };
  const clients = new Clients((userId, onPush) => hear(roomSubjects.user(userId), onPush), Date.now);
  const feeds = new Feeds({
    gatewayId: newId(),
    listen: (showId, onTick) => ticks.listen(showId, onTick),
    readAfter: (showId, streamSeq, most) => ticks.readAfter(showId, streamSeq, most),
    readSince: (showId, sinceMs, most) => ticks.readSince(showId, sinceMs, most),
    brief: (showId) => rooms.brief(showId),
    sum: (showId, sum) => rooms.sum(showId, sum),
    listenDesk: (showId, onDesk) => hear(roomSubjects.desk(showId), onDesk),
    listenPolicy: (showId, onChange) => hear(roomSubjects.policy(showId), onChange),
    now: Date.now,
    yield: (work) => void setImmediate(work),
    after(ms, work) {
      const timer = setTimeout(work, ms).unref();
      return () => clearTimeout(timer);
    },
    warn: (err, message) => logger.warn({ err }, message),
  });
  void catchUpAfterOutages(bus, feeds);
  return { clients, feeds };
}

async function catchUpAfterOutages(bus: Bus, feeds: Feeds): Promise<void> {
  for await (const status of bus.nc.status()) if (status.type === 'reconnect') void feeds.catchUp();
}
