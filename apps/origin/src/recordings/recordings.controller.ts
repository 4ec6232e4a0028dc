import { Controller, Inject } from '@nestjs/common';
import {
  deleteRecordingEndpoint,
  getRetentionEndpoint,
  listRecordingsEndpoint,
  setRetentionEndpoint,
} from '#contracts';
import type { Identity, InputOf, RecordingView, RetentionView } from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import type { Origin } from '../origin.ts';
import { ORIGIN } from '../origin.token.ts';
import { removalTime } from '../retention/remove-expired.ts';
import type { RecordingCard } from './recording-cards.ts';

@Controller()
export class RecordingsController {
  private readonly origin: Origin;

  constructor(@Inject(ORIGIN) origin: Origin) {
    this.origin = origin;
  }

  @Serves(listRecordingsEndpoint)
  async list(
    @In() { params: { shopId }, query }: InputOf<typeof listRecordingsEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<{ items: RecordingView[]; nextCursor: string | null }> {
    requireShop(caller, shopId, 'shows:write');
    const { cards, retention } = this.origin;
    const { cursor, limit } = query;
    const ids = (await cards.ids(shopId)).filter(({ showId }) => cursor === undefined || showId < cursor);
    const { days } = await retention.get(shopId);
    const read = await cards.read(ids.slice(0, limit));
    const last = ids[limit - 1];
    return {
      items: read.filter(({ removing }) => !removing).map((card) => viewOf(card, days)),
      nextCursor: ids.length > limit && last ? last.showId : null,
    };
  }

  @Serves(deleteRecordingEndpoint)
  async remove(
    @In() { params: { showId } }: InputOf<typeof deleteRecordingEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<void> {
    const { shows, cards, recordings, shelf } = this.origin;
    const show = await shows.find(showId);
    if (show === 'unreachable') throw refuse('unavailable');
    if (show === 'not found') throw refuse('not_found');
    if (show.kind === 'deleted') throw refuse('show_deleted');
    requireShop(caller, show.facts.shopId, 'shows:write');
    const card = await cards.get(show.facts.shopId, showId);
    if (!card && (await shelf.find(showId))) throw refuse('show_on_air');
    if (!card) throw refuse('not_found');
    await recordings.remove(card);
  }

  @Serves(getRetentionEndpoint)
  async getRetention(
    @In() { params: { shopId } }: InputOf<typeof getRetentionEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<RetentionView> {
    requireShop(caller, shopId, 'shows:write');
    return this.origin.retention.get(shopId);
  }

  @Serves(setRetentionEndpoint)
  async setRetention(
    @In() { params: { shopId }, body }: InputOf<typeof setRetentionEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<RetentionView> {
    requireShop(caller, shopId, 'shop:write');
    await this.origin.retention.set(shopId, body);
    return body;
  }
}

function viewOf(
  { showId, title, endedAt, durationS, bytes }: RecordingCard,
  days: number | null,
): RecordingView {
  const removedAt = removalTime(endedAt, days);
  return {
    showId,
    title,
    endedAt: new Date(endedAt).toISOString(),
    durationS,
    bytes,
    removedAt: removedAt === null ? null : new Date(removedAt).toISOString(),
    url: `/hls/${showId}/index.m3u8`,
    posterUrl: `/hls/${showId}/poster.jpg`,
  };
}
