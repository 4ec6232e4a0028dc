import type { ShopRole } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What somebody is to one shop. */
@Entity('members')
export class Member {
  @PrimaryColumn('uuid', { name: 'shop_id' })
  shopId!: string;

  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text')
  role!: ShopRole;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
