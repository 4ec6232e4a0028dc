import type { Clock } from '#process';
import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { ShopAccess } from './access/shop-access.ts';
import { FactsController } from './facts/facts.controller.ts';
import { ImagesController } from './images/images.controller.ts';
import { PictureFiles } from './images/picture-files.ts';
import { ProductImages } from './images/product-images.ts';
import { ChangeVariants } from './products/change-variants.ts';
import { CreateProduct } from './products/create-product.ts';
import { EditProduct } from './products/edit-product.ts';
import { ProductsController } from './products/products.controller.ts';
import { ReadProducts } from './products/read-products.ts';
import { VariantsController } from './products/variants.controller.ts';
import { PlanSale } from './sale-plans/plan-sale.ts';
import { SalePlansController } from './sale-plans/sale-plans.controller.ts';
import { ChangeSeries } from './shops/change-series.ts';
import { CreateShop } from './shops/create-shop.ts';
import { ReadShops } from './shops/read-shops.ts';
import { ShopsController } from './shops/shops.controller.ts';
import { UpdateShop } from './shops/update-shop.ts';
import { AirShow } from './shows/air-show.ts';
import { CreateShow } from './shows/create-show.ts';
import { EditShow } from './shows/edit-show.ts';
import { ReadShows } from './shows/read-shows.ts';
import { RunShowController } from './shows/run-show.controller.ts';
import { SetLineup } from './shows/set-lineup.ts';
import { SetPoster } from './shows/set-poster.ts';
import { ShowAccess } from './shows/show-access.ts';
import { ShowsController } from './shows/shows.controller.ts';

/** What exists before the module. */
export interface CatalogParts {
  database: DataSource;
  files: PictureFiles;
  clock: Clock;
}

/** Wiring of apps/catalog. */
@Module({})
export class CatalogModule {
  static with(parts: CatalogParts): DynamicModule {
    return {
      module: CatalogModule,
      controllers: [
        ShopsController,
        ProductsController,
        VariantsController,
        ImagesController,
        ShowsController,
        RunShowController,
        SalePlansController,
        FactsController,
      ],
      providers: providersOf(parts),
    };
  }
}

function providersOf({ database, files, clock }: CatalogParts): Provider[] {
  const access = new ShopAccess(database, clock);
  const shows = new ReadShows(database, clock);
  return [
    { provide: DataSource, useValue: database },
    { provide: ShopAccess, useValue: access },
    { provide: ReadShops, useValue: new ReadShops(database, access) },
    { provide: CreateShop, useValue: new CreateShop(database, clock) },
    { provide: UpdateShop, useValue: new UpdateShop(database) },
    { provide: ChangeSeries, useValue: new ChangeSeries(database, clock) },
    { provide: ReadProducts, useValue: new ReadProducts(database) },
    { provide: CreateProduct, useValue: new CreateProduct(database) },
    { provide: EditProduct, useValue: new EditProduct(database, clock) },
    { provide: ChangeVariants, useValue: new ChangeVariants(database, clock) },
    { provide: ProductImages, useValue: new ProductImages(database, files) },
    { provide: ReadShows, useValue: shows },
    { provide: ShowAccess, useValue: new ShowAccess(access, shows) },
    { provide: CreateShow, useValue: new CreateShow(database, clock) },
    { provide: EditShow, useValue: new EditShow(database, clock) },
    { provide: AirShow, useValue: new AirShow(database, clock) },
    { provide: SetLineup, useValue: new SetLineup(database) },
    { provide: SetPoster, useValue: new SetPoster(database, files) },
    { provide: PlanSale, useValue: new PlanSale(database, clock) },
  ];
}
