import {
  getProductFactsEndpoint,
  getSalePlanFactsEndpoint,
  getSeriesFactsEndpoint,
  getShopFactsEndpoint,
  getShowFactsEndpoint,
  type AnswerOf,
  type InputOf,
} from '#contracts';
import { In, refuse, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { LineupEntry } from '../database/entities/lineup-entry.entity.ts';
import { Product } from '../database/entities/product.entity.ts';
import { SalePlan } from '../database/entities/sale-plan.entity.ts';
import { Series } from '../database/entities/series.entity.ts';
import { Shop } from '../database/entities/shop.entity.ts';
import { Show } from '../database/entities/show.entity.ts';
import { productFacts, wholeProduct } from '../products/product-views.ts';
import { planFacts, planViews } from '../sale-plans/plan-views.ts';
import { shopFacts } from '../shops/shop-view.ts';
import { showFacts } from '../shows/show-view.ts';

/** The present state behind our events, for other processes. */
@Controller()
export class FactsController {
  constructor(private readonly database: DataSource) {}

  @Serves(getShopFactsEndpoint)
  async shop(
    @In() { params }: InputOf<typeof getShopFactsEndpoint>,
  ): Promise<AnswerOf<typeof getShopFactsEndpoint>> {
    const shop = await this.database.manager.findOneBy(Shop, params);
    if (!shop) throw refuse('shop_not_found');
    return { ...shopFacts(shop), version: shop.version };
  }

  @Serves(getProductFactsEndpoint)
  async product(
    @In() { params }: InputOf<typeof getProductFactsEndpoint>,
  ): Promise<AnswerOf<typeof getProductFactsEndpoint>> {
    const product = await this.database.manager.findOneBy(Product, params);
    if (!product) throw refuse('product_not_found');
    const view = await wholeProduct(this.database.manager, product);
    return { ...productFacts(view), version: product.version };
  }

  @Serves(getShowFactsEndpoint)
  async show(
    @In() { params }: InputOf<typeof getShowFactsEndpoint>,
  ): Promise<AnswerOf<typeof getShowFactsEndpoint>> {
    const tx = this.database.manager;
    const show = await tx.findOneBy(Show, { ...params, deletedAt: IsNull() });
    if (!show) throw refuse('show_not_found');
    const lineup = await tx.find(LineupEntry, { where: params, order: { position: 'ASC' } });
    return { ...showFacts(show), version: show.version, lineup: lineup.map((entry) => entry.productId) };
  }

  @Serves(getSalePlanFactsEndpoint)
  async plan(
    @In() { params }: InputOf<typeof getSalePlanFactsEndpoint>,
  ): Promise<AnswerOf<typeof getSalePlanFactsEndpoint>> {
    const tx = this.database.manager;
    const [view] = await planViews(tx, await tx.findBy(SalePlan, { ...params, removedAt: IsNull() }));
    if (!view) throw refuse('sale_plan_not_found');
    return { ...planFacts(view), version: view.version };
  }

  @Serves(getSeriesFactsEndpoint)
  async series(
    @In() { params }: InputOf<typeof getSeriesFactsEndpoint>,
  ): Promise<AnswerOf<typeof getSeriesFactsEndpoint>> {
    const series = await this.database.manager.findOneBy(Series, params);
    if (!series) throw refuse('series_not_found');
    return { seriesId: series.seriesId, shopId: series.shopId, title: series.title };
  }
}
