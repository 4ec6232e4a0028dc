import {
  adjustStockEndpoint,
  allocateStockEndpoint,
  getStockEndpoint,
  listMovementsEndpoint,
  listStockEndpoint,
  receiveStockEndpoint,
  returnStockEndpoint,
  setLowStockThresholdEndpoint,
  type Identity,
  type InputOf,
  type StockView,
} from '#contracts';
import { Caller, In, refuse, requireShop, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { ChangeStock, type StockOrder, type StockOutcome } from './change-stock.ts';
import { ListMovements } from './list-movements.ts';
import { LowStock } from './low-stock.ts';
import { ReadStock } from './read-stock.ts';

interface At {
  shopId: string;
  variantId: string;
}

@Controller()
export class StockController {
  constructor(
    private readonly stock: ReadStock,
    private readonly changes: ChangeStock,
    private readonly movements: ListMovements,
    private readonly lowStock: LowStock,
  ) {}

  @Serves(listStockEndpoint)
  list(@In() { params, query }: InputOf<typeof listStockEndpoint>, @Caller() caller: Identity) {
    requireShop(caller, params.shopId, 'stock:read');
    return this.stock.list(params.shopId, query);
  }

  @Serves(getStockEndpoint)
  async get(
    @In() { params }: InputOf<typeof getStockEndpoint>,
    @Caller() caller: Identity,
  ): Promise<StockView> {
    requireShop(caller, params.shopId, 'stock:read');
    return this.view(params);
  }

  @Serves(listMovementsEndpoint)
  listMovements(@In() { params, query }: InputOf<typeof listMovementsEndpoint>, @Caller() caller: Identity) {
    requireShop(caller, params.shopId, 'stock:read');
    return this.movements.list(params.shopId, query);
  }

  @Serves(receiveStockEndpoint)
  receive(@In() { params, body }: InputOf<typeof receiveStockEndpoint>, @Caller() caller: Identity) {
    return this.change(params, caller, body.changeId, (order) =>
      this.changes.receive(order, body.quantity, body.to, body.note),
    );
  }

  @Serves(adjustStockEndpoint)
  adjust(@In() { params, body }: InputOf<typeof adjustStockEndpoint>, @Caller() caller: Identity) {
    return this.change(params, caller, body.changeId, (order) =>
      this.changes.adjust(order, body.delta, body.from, body),
    );
  }

  @Serves(allocateStockEndpoint)
  allocate(@In() { params, body }: InputOf<typeof allocateStockEndpoint>, @Caller() caller: Identity) {
    return this.change(params, caller, body.changeId, (order) =>
      this.changes.allocate(order, body.quantity, body.from, body.to),
    );
  }

  @Serves(returnStockEndpoint)
  takeBack(@In() { params, body }: InputOf<typeof returnStockEndpoint>, @Caller() caller: Identity) {
    return this.change(params, caller, body.changeId, (order) => this.changes.takeBack(order, body));
  }

  @Serves(setLowStockThresholdEndpoint)
  async setThreshold(
    @In() { params, body }: InputOf<typeof setLowStockThresholdEndpoint>,
    @Caller() caller: Identity,
  ): Promise<StockView> {
    requireShop(caller, params.shopId, 'stock:write');
    const found = await this.lowStock.setThreshold(params.shopId, params.variantId, body.threshold);
    if (!found) throw refuse('variant_not_found');
    return this.view(params);
  }

  private async change(
    at: At,
    caller: Identity,
    id: string,
    run: (order: StockOrder) => Promise<StockOutcome>,
  ): Promise<StockView> {
    requireShop(caller, at.shopId, 'stock:write');
    const outcome = await run({ id, ...at, actorId: caller.userId });
    if (outcome.code === 'not_enough_stock')
      throw refuse(outcome.code, { extra: { available: outcome.available } });
    if (outcome.code !== 'done') throw refuse(outcome.code);
    return this.view(at);
  }

  private async view({ shopId, variantId }: At): Promise<StockView> {
    const view = await this.stock.find(shopId, variantId);
    if (!view) throw refuse('variant_not_found');
    return view;
  }
}
