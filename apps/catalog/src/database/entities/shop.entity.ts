import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A shop: whose it is, and in which currency it sells. */
@Entity('shops')
export class Shop {
  @PrimaryColumn('uuid', { name: 'shop_id' })
  shopId!: string;

  /** Who opened it; what people may do in it is said by their membership in accounts. */
  @Column('uuid', { name: 'owner_id' })
  ownerId!: string;

  @Column('text')
  slug!: string;

  @Column('text')
  name!: string;

  @Column('text')
  description!: string;

  @Column('text')
  currency!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('integer')
  version!: number;

  /** Of the request that made it, so that a repeat after a crash finds it. */
  @Column('text', { name: 'request_key', select: false })
  requestKey!: string;
}
