import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A product's place in a show. */
@Entity('lineup')
export class LineupEntry {
  @PrimaryColumn('uuid', { name: 'show_id' })
  showId!: string;

  @PrimaryColumn('uuid', { name: 'product_id' })
  productId!: string;

  @Column('integer')
  position!: number;
}
