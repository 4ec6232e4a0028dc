import {
  decideReportEndpoint,
  listReportsEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import type { Query } from '#bus';
import { Caller, In, refuse, Serves } from '#service';
import { Controller, Inject } from '@nestjs/common';
import type { Pool } from 'pg';
import { RoomAccess } from '../access/room-access.ts';
import { POOL, QUERY } from '../database/query.ts';
import { closeReport, readReports } from './reports.ts';

/** What viewers reported. */
@Controller()
export class ReportsController {
  constructor(
    private readonly access: RoomAccess,
    @Inject(QUERY) private readonly query: Query,
    @Inject(POOL) private readonly pool: Pool,
  ) {}

  @Serves(listReportsEndpoint)
  async list(
    @In() input: InputOf<typeof listReportsEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof listReportsEndpoint>> {
    await this.access.require(caller, input.params.shopId, 'reports');
    return readReports(this.query, input);
  }

  @Serves(decideReportEndpoint)
  async decide(
    @In() { params, body }: InputOf<typeof decideReportEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof decideReportEndpoint>> {
    const { actor } = await this.access.require(caller, params.shopId, 'reports');
    const closed = await closeReport(this.pool, actor, { ...params, acted: body.acted }, Date.now());
    if (!closed.ok) throw refuse(closed.code);
    return { reportId: params.reportId, state: closed.state };
  }
}
