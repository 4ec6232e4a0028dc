import { listFiguresEndpoint, type AnswerOf, type Identity, type InputOf } from '#contracts';
import type { Query } from '#bus';
import { Caller, In, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import { RoomAccess } from '../access/room-access.ts';
import { QUERY } from '../database/query.ts';
import { readFigures } from './read-figures.ts';

/** Charts for hosts and merchants; the live figures come over the socket. */
@Controller()
export class FiguresController {
  constructor(
    private readonly access: RoomAccess,
    @Inject(QUERY) private readonly query: Query,
  ) {}

  @Serves(listFiguresEndpoint)
  async list(
    @In() { params, query }: InputOf<typeof listFiguresEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listFiguresEndpoint>> {
    await this.access.requireIn(caller, params.showId, 'figures');
    return readFigures(this.query, params.showId, query);
  }
}
