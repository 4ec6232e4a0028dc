import {
  addVariantEndpoint,
  archiveVariantEndpoint,
  updateVariantEndpoint,
  type Identity,
  type InputOf,
  type ProductView,
} from '#contracts';
import { Caller, In, Serves } from '#service';
import { Controller } from '@nestjs/common';
import { refuseOutcome } from '../access/refuse-outcome.ts';
import { ShopAccess } from '../access/shop-access.ts';
import { ChangeVariants, type VariantOutcome } from './change-variants.ts';

/** The variants of a product; every answer is the whole product. */
@Controller()
export class VariantsController {
  constructor(
    private readonly access: ShopAccess,
    private readonly variants: ChangeVariants,
  ) {}

  @Serves(addVariantEndpoint)
  async add(
    @In() input: InputOf<typeof addVariantEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    await this.access.require(caller, input.params.shopId, 'products:write');
    return productOf(await this.variants.add(input));
  }

  @Serves(updateVariantEndpoint)
  async update(
    @In() input: InputOf<typeof updateVariantEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    await this.access.require(caller, input.params.shopId, 'products:write');
    return productOf(await this.variants.update(input));
  }

  @Serves(archiveVariantEndpoint)
  async archive(
    @In() input: InputOf<typeof archiveVariantEndpoint>,
    @Caller() caller: Identity,
  ): Promise<ProductView> {
    await this.access.require(caller, input.params.shopId, 'products:write');
    return productOf(await this.variants.archive(input));
  }
}

function productOf(outcome: VariantOutcome): ProductView {
  if (!outcome.ok) throw refuseOutcome(outcome);
  return outcome.product;
}
