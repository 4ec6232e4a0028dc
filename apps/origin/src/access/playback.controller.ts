import { Controller, Inject } from '@nestjs/common';
import { openPlaybackEndpoint } from '#contracts';
import type { Identity, InputOf, PlaybackView } from '#contracts';
import { Caller, In, Serves } from '#service';
import type { Origin } from '../origin.ts';
import { ORIGIN } from '../origin.token.ts';
import { requireWatchable } from './require-watchable.ts';

/** Signed addresses work this long: longer than any show. */
const TOKEN_MS = 12 * 3_600_000;

@Controller()
export class PlaybackController {
  private readonly origin: Origin;

  constructor(@Inject(ORIGIN) origin: Origin) {
    this.origin = origin;
  }

  @Serves(openPlaybackEndpoint)
  async open(
    @In() { params: { showId } }: InputOf<typeof openPlaybackEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<PlaybackView> {
    const { shows, tokens } = this.origin;
    const { signed } = await requireWatchable(shows, showId, caller);
    const expiresAt = Date.now() + TOKEN_MS;
    const base = signed ? `/hls/~${tokens.sign(showId, expiresAt)}/${showId}` : `/hls/${showId}`;
    return {
      url: `${base}/index.m3u8`,
      fromStartUrl: `${base}/dvr.m3u8`,
      posterUrl: `${base}/poster.jpg`,
      storyboardUrl: `${base}/storyboard.vtt`,
      expiresAt: signed ? new Date(expiresAt).toISOString() : null,
    };
  }
}
