import type { Bus } from '#bus';
import type { Logger } from '#process';
import type { LoopLoad } from '../figures/loop-load.ts';
import { roomSubjects } from '../rooms/asks.ts';
import type { JetStreamTicks } from '../rooms/jetstream-ticks.ts';
import { hear } from '../rooms/tell.ts';
import type { RoomClient } from '../rooms/room-client.ts';
import { Clients } from './clients.ts';
import { Feeds } from './feeds.ts';
import { OwnerWatch } from './owner-watch.ts';

/** The viewers' side: sockets and the rooms they sit in. */
export function openGateway({
  ownerId,
  bus,
  rooms,
  ticks,
  logger,
  load,
}: {
  ownerId: string;
  bus: Bus;
  rooms: RoomClient;
  ticks: JetStreamTicks;
  logger: Logger;
  load: LoopLoad;
}): { clients: Clients; feeds: Feeds; watch: OwnerWatch } {
  const clients = new Clients((userId, onPush) => hear(bus, roomSubjects.user(userId), onPush), Date.now);
  const feeds = new Feeds({
    gatewayId: ownerId,
    busy: () => load.busy,
    listen: (showId, onTick) => ticks.listen(showId, onTick),
    readAfter: (showId, streamSeq, most) => ticks.readAfter(showId, streamSeq, most),
    readSince: (showId, sinceMs, most) => ticks.readSince(showId, sinceMs, most),
    brief: (showId) => rooms.brief(showId),
    sum: (showId, sum) => rooms.sum(showId, sum),
    listenDesk: (showId, onDesk) => hear(bus, roomSubjects.desk(showId), onDesk),
    listenPolicy: (showId, onChange) => hear(bus, roomSubjects.policy(showId), onChange),
    now: Date.now,
    yield: (work) => void setImmediate(work),
    after(ms, work) {
      const timer = setTimeout(work, ms).unref();
      return () => clearTimeout(timer);
    },
    warn: (err, message) => logger.warn({ err }, message),
  });
  const watch = new OwnerWatch(bus, ownerId, {
    rooms: () => feeds.rooms(),
    lookAfter: (showId) => feeds.lookAfter(showId),
  });
  feeds.onReleased = (showId) => watch.look(showId);
  void catchUpAfterOutages(bus, feeds);
  return { clients, feeds, watch };
}

async function catchUpAfterOutages(bus: Bus, feeds: Feeds): Promise<void> {
  for await (const status of bus.nc.status()) if (status.type === 'reconnect') void feeds.catchUp();
}
