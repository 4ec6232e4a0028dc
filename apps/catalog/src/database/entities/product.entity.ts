import type { ProductStatus } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Something a shop sells, in one or more variants. */
@Entity('products')
export class Product {
  @PrimaryColumn('uuid', { name: 'product_id' })
  productId!: string;

  @Column('uuid', { name: 'shop_id' })
  shopId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  description!: string;

  @Column('text')
  status!: ProductStatus;

  /** What every variant names a value for, in this order. */
  @Column('text', { name: 'option_names', array: true })
  optionNames!: string[];

  @Column('integer')
  version!: number;

  @Column('text', { name: 'request_key', select: false })
  requestKey!: string;
}
