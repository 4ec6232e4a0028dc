import type { ShowFacts, ShowView } from '#contracts';
import type { EntityManager } from 'typeorm';
import { Shop } from '../database/entities/shop.entity.ts';
import type { Show } from '../database/entities/show.entity.ts';
import { pictureUrl } from '../images/picture-address.ts';

/** Whether there is something to watch: a stream that is or was on air. A rehearsal is for the shop's people. */
function isWatchable(show: Show, inside: boolean): boolean {
  return show.streamId !== null && (inside || show.state !== 'scheduled');
}

export function showView(show: Show, shopName: string, inside: boolean): ShowView {
  const watchable = isWatchable(show, inside);
  return {
    showId: show.showId,
    shopId: show.shopId,
    shopName,
    hostId: show.hostId,
    seriesId: show.seriesId,
    title: show.title,
    description: show.description,
    startsAt: show.startsAt.toISOString(),
    visibility: show.visibility,
    state: show.state,
    goLive: show.goLive,
    guestChat: show.guestChat,
    publishing: show.streamState === 'on',
    liveAt: show.liveAt?.toISOString() ?? null,
    endedAt: show.endedAt?.toISOString() ?? null,
    posterUrl: posterUrl(show, watchable),
    streamUrl: watchable ? `/hls/${show.showId}/index.m3u8` : null,
    version: show.version,
  };
}

function posterUrl({ showId, posterHash }: Show, watchable: boolean): string | null {
  if (posterHash !== null) return pictureUrl(posterHash, 'medium');
  return watchable ? `/hls/${showId}/poster.jpg` : null;
}

export function showFacts(show: Show): ShowFacts {
  return {
    showId: show.showId,
    shopId: show.shopId,
    hostId: show.hostId,
    seriesId: show.seriesId,
    title: show.title,
    startsAt: show.startsAt.toISOString(),
    visibility: show.visibility,
    state: show.state,
    goLive: show.goLive,
    guestChat: show.guestChat,
    streamId: show.streamId,
    liveAt: show.liveAt?.toISOString() ?? null,
    endedAt: show.endedAt?.toISOString() ?? null,
  };
}

/** The name that goes with a show of `shopId`. */
export async function shopNameOf(tx: EntityManager, shopId: string): Promise<string> {
  return (await tx.findOneByOrFail(Shop, { shopId })).name;
}
