import {
  createSeriesEndpoint,
  createShopEndpoint,
  deleteSeriesEndpoint,
  getShopEndpoint,
  listSeriesEndpoint,
  listShopsEndpoint,
  updateSeriesEndpoint,
  updateShopEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type SeriesView,
  type ShopView,
} from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { ShopAccess } from '../access/shop-access.ts';
import { ChangeSeries } from './change-series.ts';
import { CreateShop } from './create-shop.ts';
import { ReadShops } from './read-shops.ts';
import { UpdateShop } from './update-shop.ts';

/** Shops and their series. */
@Controller()
export class ShopsController {
  constructor(
    private readonly access: ShopAccess,
    private readonly shops: ReadShops,
    private readonly createShop: CreateShop,
    private readonly updateShop: UpdateShop,
    private readonly series: ChangeSeries,
  ) {}

  @Serves(createShopEndpoint)
  async create(
    @In() input: InputOf<typeof createShopEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ShopView> {
    const outcome = await this.createShop.create(input, caller.userId);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.shop;
  }

  @Serves(updateShopEndpoint)
  async update(
    @In() input: InputOf<typeof updateShopEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ShopView> {
    await this.access.require(caller, input.params.shopId, 'shop:write');
    const outcome = await this.updateShop.update(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.shop;
  }

  @Serves(getShopEndpoint)
  async get(@In() { params }: InputOf<typeof getShopEndpoint>): Promise<ShopView> {
    const shop = await this.shops.one(params.shopId);
    if (!shop) throw refuse('shop_not_found');
    return shop;
  }

  @Serves(listShopsEndpoint)
  list(
    @In() input: InputOf<typeof listShopsEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof listShopsEndpoint>> {
    return this.shops.list(input, caller);
  }

  @Serves(createSeriesEndpoint)
  async createSeries(
    @In() input: InputOf<typeof createSeriesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<SeriesView> {
    await this.access.require(caller, input.params.shopId, 'shows:write');
    const outcome = await this.series.create(input, caller.userId);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.series;
  }

  @Serves(listSeriesEndpoint)
  async listSeries(
    @In() input: InputOf<typeof listSeriesEndpoint>,
  ): Promise<AnswerOf<typeof listSeriesEndpoint>> {
    const page = await this.shops.series(input);
    if (!page) throw refuse('shop_not_found');
    return page;
  }

  @Serves(updateSeriesEndpoint)
  async updateSeries(
    @In() input: InputOf<typeof updateSeriesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<SeriesView> {
    await this.access.require(caller, input.params.shopId, 'shows:write');
    const outcome = await this.series.update(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.series;
  }

  @Serves(deleteSeriesEndpoint)
  async deleteSeries(
    @In() input: InputOf<typeof deleteSeriesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<void> {
    await this.access.require(caller, input.params.shopId, 'shows:write');
    const outcome = await this.series.remove(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
  }
}
