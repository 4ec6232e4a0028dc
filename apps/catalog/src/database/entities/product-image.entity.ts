import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A picture of a product; the file is found by its hash. */
@Entity('product_images')
export class ProductImage {
  @PrimaryColumn('uuid', { name: 'image_id' })
  imageId!: string;

  @Column('uuid', { name: 'product_id' })
  productId!: string;

  @Column('text')
  hash!: string;

  @Column('text')
  alt!: string;

  @Column('integer')
  position!: number;
}
