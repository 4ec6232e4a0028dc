import {
  archiveProductEndpoint,
  createProductEndpoint,
  getProductEndpoint,
  listProductsEndpoint,
  lookUpVariantsEndpoint,
  updateProductEndpoint,
  type AnswerOf,
  type Identity,
  type InputOf,
  type ProductView,
} from '#contracts';
import { Caller, In, refuse, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { ShopAccess } from '../access/shop-access.ts';
import { CreateProduct } from './create-product.ts';
import { EditProduct } from './edit-product.ts';
import { ReadProducts } from './read-products.ts';

/** Products: read by everybody, written by the shop's people. */
@Controller()
export class ProductsController {
  constructor(
    private readonly access: ShopAccess,
    private readonly products: ReadProducts,
    private readonly createProduct: CreateProduct,
    private readonly edit: EditProduct,
  ) {}

  @Serves(createProductEndpoint)
  async create(
    @In() input: InputOf<typeof createProductEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    await this.access.require(caller, input.params.shopId, 'products:write');
    const outcome = await this.createProduct.create(input, caller.userId);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.product;
  }

  @Serves(updateProductEndpoint)
  async update(
    @In() input: InputOf<typeof updateProductEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    await this.access.require(caller, input.params.shopId, 'products:write');
    const outcome = await this.edit.update(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.product;
  }

  @Serves(archiveProductEndpoint)
  async archive(
    @In() input: InputOf<typeof archiveProductEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    const { shopId, productId } = input.params;
    await this.access.require(caller, shopId, 'products:write');
    const outcome = await this.edit.archive(input);
    if (outcome.ok) return outcome.product;
    const archived =
      outcome.code === 'product_archived' && (await this.products.one(shopId, productId, true));
    if (archived) return archived; // a repeat finds what it wanted
    throw refuseOutcome(outcome);
  }

  @Serves(getProductEndpoint)
  async get(
    @In() { params }: InputOf<typeof getProductEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<ProductView> {
    const inside = await this.access.isInside(caller, params.shopId);
    const product = await this.products.one(params.shopId, params.productId, inside);
    if (!product) throw refuse('product_not_found');
    return product;
  }

  @Serves(listProductsEndpoint)
  async list(
    @In() input: InputOf<typeof listProductsEndpoint>,
    @Caller() caller: Identity | undefined,
  ): Promise<AnswerOf<typeof listProductsEndpoint>> {
    const inside =
      input.query.status === 'active' || (await this.access.isInside(caller, input.params.shopId));
    if (!inside) throw refuse(caller ? 'forbidden' : 'unauthenticated');
    const page = await this.products.list(input);
    if (!page) throw refuse('shop_not_found');
    return page;
  }

  @Serves(lookUpVariantsEndpoint)
  async lookUp(
    @In() { body }: InputOf<typeof lookUpVariantsEndpoint>,
  ): Promise<AnswerOf<typeof lookUpVariantsEndpoint>> {
    return { variants: await this.products.variants(body.variantIds) };
  }
}
