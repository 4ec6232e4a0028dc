import {
  addProductImageEndpoint,
  arrangeProductImagesEndpoint,
  type Identity,
  type ImageView,
  type InputOf,
  type ProductView,
} from '#contracts';
import { Caller, In, Serves } from '#service';
import { Controller, Req } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { ShopAccess } from '../access/shop-access.ts';
import { ProductImages } from './product-images.ts';
import { readUpload } from './read-upload.ts';

/** Uploading and ordering a product's pictures. */
@Controller()
export class ImagesController {
  constructor(
    private readonly access: ShopAccess,
    private readonly images: ProductImages,
  ) {}

  @Serves(addProductImageEndpoint)
  async add(
    @In() { params }: InputOf<typeof addProductImageEndpoint>,
    @Caller() caller: Identity,
    @Req() request: FastifyRequest,
  ): Promise<ImageView> {
    await this.access.require(caller, params.shopId, 'products:write');
    const outcome = await this.images.add(params, await readUpload(request));
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.image;
  }

  @Serves(arrangeProductImagesEndpoint)
  async arrange(
    @In() input: InputOf<typeof arrangeProductImagesEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    await this.access.require(caller, input.params.shopId, 'products:write');
    const outcome = await this.images.arrange(input);
    if (!outcome.ok) throw refuseOutcome(outcome);
    return outcome.product;
  }
}
