import { Controller, Req } from '@nestjs/common';
import {
  exportStockEndpoint,
  importStockEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
} from '#contracts';
import { Caller, In, refuse, reply, requireShop, Serves } from '#service';
import type { FastifyRequest } from 'fastify';
import { StockFiles } from './stock-files.ts';

@Controller()
export class StockFilesController {
  constructor(private readonly files: StockFiles) {}

  @Serves(importStockEndpoint)
  async import(
    @In() { params, query }: InputOf<typeof importStockEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<AnswerOf<typeof importStockEndpoint>> {
    requireShop(caller, params.shopId, 'stock:write');
    if (typeof request.body !== 'string') throw refuse('malformed_body');
    const result = await this.files.import({
      ...query,
      shopId: params.shopId,
      actorId: caller.userId,
      text: request.body,
    });
    switch (result.code) {
      case 'imported':
        return result.view;
      case 'csv_unreadable':
        throw refuse('csv_unreadable', { detail: result.message });
      case 'csv_faulty':
        throw refuse('csv_faulty', { extra: { rows: result.faults } });
      default:
        throw refuse(result.code);
    }
  }

  @Serves(exportStockEndpoint)
  async export(
    @In() { params, query }: InputOf<typeof exportStockEndpoint>,
    @Caller() caller: Identity,
  ): Promise<AnswerOf<typeof exportStockEndpoint>> {
    requireShop(caller, params.shopId, 'stock:read');
    return reply(200, await this.files.export(params.shopId, query.dialect), {
      'content-disposition': 'attachment; filename="stock.csv"',
    });
  }
}
