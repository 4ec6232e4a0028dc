import { Controller, Inject, StreamableFile } from '@nestjs/common';
import { downloadClipEndpoint } from '#contracts';
import type { Identity, InputOf } from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { requireWatchable } from '../access/require-watchable.ts';
import { clipFolder } from '../origin.ts';
import type { Origin } from '../origin.ts';
import { ORIGIN } from '../origin.token.ts';
import { clipSpan } from './clip-span.ts';
import { CLIPS_WAITING_MAX, makeClip } from './make-clip.ts';

@Controller()
export class ClipsController {
  private readonly origin: Origin;

  constructor(@Inject(ORIGIN) origin: Origin) {
    this.origin = origin;
  }

  @Serves(downloadClipEndpoint)
  async download(
    @In() { params: { showId }, query: { from, to } }: InputOf<typeof downloadClipEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<StreamableFile> {
    const { shows, shelf, runner, store, env } = this.origin;
    await requireWatchable(shows, showId, caller);
    const stream = await shelf.find(showId);
    if (!stream) throw refuse('not_found');
    const span = clipSpan(stream.rows, from, to);
    if (!span)
      throw refuse('clip_span', { detail: 'Give a stretch of the show, at most three minutes long.' });
    if (runner.backlog >= CLIPS_WAITING_MAX)
      throw refuse('unavailable', { headers: { 'retry-after': '10' } });
    const clip = await makeClip(stream, span, { runner, store, folder: clipFolder(env) });
    return new StreamableFile(clip.stream, {
      type: 'video/mp4',
      length: clip.size,
      disposition: `attachment; filename="clip-${Math.floor(from)}-${Math.ceil(to)}.mp4"`,
    });
  }
}
