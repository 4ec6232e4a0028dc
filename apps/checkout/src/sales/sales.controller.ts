import {
  addSaleStockEndpoint,
  emergencyStopEndpoint,
  extendSaleEndpoint,
  getSaleEndpoint,
  listSalesEndpoint,
  runSaleCommandEndpoint,
  setSaleFailoverEndpoint,
  setSalePriceEndpoint,
  startSaleEndpoint,
  stopSaleEndpoint,
  type Identity,
  type InputOf,
  type SaleCommand,
  type SaleView,
} from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { ReadSales } from './read-sales.ts';
import { RunSaleCommand, type CommandOrder } from './run-sale-command.ts';

@Controller()
export class SalesController {
  constructor(
    private readonly sales: ReadSales,
    private readonly commands: RunSaleCommand,
  ) {}

  @Serves(getSaleEndpoint)
  async get(@In() { params, query }: InputOf<typeof getSaleEndpoint>): Promise<SaleView> {
    const sale = await this.sales.find(params.saleId, query.variantId);
    if (!sale) throw refuse('sale_not_found');
    return sale;
  }

  @Serves(listSalesEndpoint)
  list(@In() { query }: InputOf<typeof listSalesEndpoint>) {
    return this.sales.list(query);
  }

  @Serves(startSaleEndpoint)
  start(@In() { params, body }: InputOf<typeof startSaleEndpoint>, @Caller() caller: Identity) {
    return this.run(params.saleId, caller, body.commandId, { type: 'start', inSeconds: body.inSeconds });
  }

  @Serves(stopSaleEndpoint)
  stop(@In() { params, body }: InputOf<typeof stopSaleEndpoint>, @Caller() caller: Identity) {
    return this.run(params.saleId, caller, body.commandId, { type: 'stop' });
  }

  @Serves(extendSaleEndpoint)
  extend(@In() { params, body }: InputOf<typeof extendSaleEndpoint>, @Caller() caller: Identity) {
    return this.run(params.saleId, caller, body.commandId, { type: 'extend', seconds: body.seconds });
  }

  @Serves(addSaleStockEndpoint)
  addStock(@In() { params, body }: InputOf<typeof addSaleStockEndpoint>, @Caller() caller: Identity) {
    const { commandId, variantId, quantity } = body;
    return this.run(params.saleId, caller, commandId, { type: 'add_stock', variantId, quantity });
  }

  @Serves(setSalePriceEndpoint)
  price(@In() { params, body }: InputOf<typeof setSalePriceEndpoint>, @Caller() caller: Identity) {
    const { commandId, variantId, price } = body;
    return this.run(params.saleId, caller, commandId, { type: 'price', variantId, price });
  }

  @Serves(emergencyStopEndpoint)
  emergencyStop(@In() { params, body }: InputOf<typeof emergencyStopEndpoint>, @Caller() caller: Identity) {
    return this.run(params.saleId, caller, body.commandId, { type: 'emergency_stop', reason: body.reason });
  }

  @Serves(setSaleFailoverEndpoint)
  failover(@In() { params, body }: InputOf<typeof setSaleFailoverEndpoint>, @Caller() caller: Identity) {
    return this.run(params.saleId, caller, body.commandId, { type: 'failover', failover: body.failover });
  }

  /** Chat has checked the host's right in this show; here only that the sale belongs to it. */
  @Serves(runSaleCommandEndpoint)
  async runForwarded(@In() { params, body }: InputOf<typeof runSaleCommandEndpoint>): Promise<SaleView> {
    const sale = await this.commands.find(params.saleId);
    if (!sale || (sale.showId !== null && sale.showId !== body.showId)) throw refuse('sale_not_found');
    const { commandId, actorId, command } = body;
    return this.carryOut({ id: commandId, saleId: params.saleId, actorId, command });
  }

  private async run(saleId: string, caller: Identity, id: string, command: SaleCommand): Promise<SaleView> {
    const sale = await this.commands.find(saleId);
    if (!sale) throw refuse('sale_not_found');
    requireShop(caller, sale.shopId, 'sales:run');
    return this.carryOut({ id, saleId, actorId: caller.userId, command });
  }

  private async carryOut(order: CommandOrder): Promise<SaleView> {
    const outcome = await this.commands.run(order);
    if (outcome.code === 'not_enough_stock')
      throw refuse(outcome.code, { extra: { available: outcome.available } });
    if (outcome.code !== 'done') throw refuse(outcome.code);
    const sale = await this.sales.find(order.saleId);
    if (!sale) throw refuse('sale_not_found');
    return sale;
  }
}
