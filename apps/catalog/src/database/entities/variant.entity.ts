import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What is bought: one combination of a product's options, with SKU and price. */
@Entity('variants')
export class Variant {
  @PrimaryColumn('uuid', { name: 'variant_id' })
  variantId!: string;

  @Column('uuid', { name: 'product_id' })
  productId!: string;

  @Column('uuid', { name: 'shop_id' })
  shopId!: string;

  @Column('text')
  sku!: string;

  @Column('jsonb')
  options!: Record<string, string>;

  /** The options as one text, unique among the unarchived variants of the product. */
  @Column('text', { name: 'options_key', select: false })
  optionsKey!: string;

  /** Minor units of the shop's currency. */
  @Column('bigint')
  price!: number;

  @Column('bigint', { name: 'compare_at', nullable: true })
  compareAt!: number | null;

  @Column('text')
  currency!: string;

  @Column('integer', { name: 'weight_grams', nullable: true })
  weightGrams!: number | null;

  @Column('integer')
  position!: number;

  @Column('timestamptz', { name: 'archived_at', nullable: true })
  archivedAt!: Date | null;
}
