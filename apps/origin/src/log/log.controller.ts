import { Controller, Inject } from '@nestjs/common';
import { addLogEntriesEndpoint, listChaptersEndpoint } from '#contracts';
import type { Identity, InputOf } from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { requireWatchable } from '../access/require-watchable.ts';
import type { Origin } from '../origin.ts';
import { ORIGIN } from '../origin.token.ts';
import { offsetOfMediaTime, placeSegments } from '../playlists/media-time.ts';
import type { ShowStream } from '../streams/show-stream.ts';
import { chaptersOf } from './log-ranges.ts';

@Controller()
export class LogController {
  private readonly origin: Origin;

  constructor(@Inject(ORIGIN) origin: Origin) {
    this.origin = origin;
  }

  @Serves(addLogEntriesEndpoint)
  async add(@In() { params, body }: InputOf<typeof addLogEntriesEndpoint>): Promise<{ added: number }> {
    const stream = await this.streamOf(params.showId);
    return { added: await this.origin.logs.add(stream, body.entries) };
  }

  @Serves(listChaptersEndpoint)
  async chapters(
    @In() { params: { showId } }: InputOf<typeof listChaptersEndpoint>,
    @Caller() caller: Identity | undefined,
  ) {
    await requireWatchable(this.origin.shows, showId, caller);
    const stream = await this.streamOf(showId);
    const { placed, totalS } = placeSegments(stream.rows);
    const log = await this.origin.logs.of(stream);
    const chapters = chaptersOf(log.all).map(({ startMs, endMs, title, productId, imageUrl }) => ({
      startS: offsetOfMediaTime(placed, startMs),
      endS: endMs === undefined ? totalS : offsetOfMediaTime(placed, endMs),
      title,
      productId,
      imageUrl: imageUrl ?? null,
    }));
    return { durationS: totalS, chapters: chapters.filter(({ startS, endS }) => endS > startS) };
  }

  private async streamOf(showId: string): Promise<ShowStream> {
    const stream = await this.origin.shelf.find(showId);
    if (!stream) throw refuse('not_found');
    return stream;
  }
}
