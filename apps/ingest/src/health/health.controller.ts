import { readStreamHealthEndpoint, type Identity, type InputOf, type StreamHealth } from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import { IngestParts } from '../ingest-parts.ts';
import { shopOfShow } from '../shows/shows.ts';
import { readHealth } from './read-health.ts';
import { TranscodeTroubles } from './transcode-troubles.ts';

/** The studio's view of a stream. */
@Controller()
export class HealthController {
  private readonly parts: IngestParts;
  private readonly troubles: TranscodeTroubles;
  constructor(
    @Inject(IngestParts) parts: IngestParts,
    @Inject(TranscodeTroubles) troubles: TranscodeTroubles,
  ) {
    this.parts = parts;
    this.troubles = troubles;
  }

  @Serves(readStreamHealthEndpoint)
  async read(
    @In() input: InputOf<typeof readStreamHealthEndpoint>,
    @Caller() caller: Identity,
  ): Promise<StreamHealth> {
    const { showId } = input.params;
    const shopId = await shopOfShow(this.parts.query, showId);
    if (!shopId) throw refuse('show_not_known');
    requireShop(caller, shopId, 'shows:run');
    return readHealth(this.parts, showId, this.troubles.of(showId));
  }
}
