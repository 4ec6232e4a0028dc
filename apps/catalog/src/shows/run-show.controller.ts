import {
  endShowEndpoint,
  goLiveEndpoint,
  setLineupEndpoint,
  setPosterEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type ShowView,
} from '#contracts';
import { Caller, In, Serves } from '#service';
import { Controller, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { readUpload } from '../images/read-upload.ts';
import { AirShow, type AirOutcome } from './air-show.ts';
import { SetLineup } from './set-lineup.ts';
import { SetPoster } from './set-poster.ts';
import { ShowAccess } from './show-access.ts';

/** What a host does with a show: its products, its picture, on air and off. */
@Controller()
export class RunShowController {
  constructor(
    private readonly access: ShowAccess,
    private readonly air: AirShow,
    private readonly lineup: SetLineup,
    private readonly poster: SetPoster,
  ) {}

  @Serves(goLiveEndpoint)
  async goLive(
    @In() { params }: InputOf<typeof goLiveEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ShowView> {
    await this.access.require(caller, params.showId, 'shows:run');
    return showOf(await this.air.goLive(params.showId));
  }

  @Serves(endShowEndpoint)
  async end(
    @In() { params }: InputOf<typeof endShowEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ShowView> {
    await this.access.require(caller, params.showId, 'shows:run');
    return showOf(await this.air.end(params.showId));
  }

  @Serves(setLineupEndpoint)
  async setLineup(
    @In() input: InputOf<typeof setLineupEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof setLineupEndpoint>> {
    await this.access.require(caller, input.params.showId, 'shows:write');
    const outcome = await this.lineup.set(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.lineup;
  }

  @Serves(setPosterEndpoint)
  async setPoster(
    @In() { params }: InputOf<typeof setPosterEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<ShowView> {
    await this.access.require(caller, params.showId, 'shows:write');
    const outcome = await this.poster.set(params.showId, await readUpload(request));
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.show;
  }
}

function showOf(outcome: AirOutcome): ShowView {
  if (!outcome.ok) throw refuseOutcome(outcome);
  return outcome.show;
}
