import type { SalePlanView, SaleRule } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A flash sale as planned: terms that checkout takes over when it starts. */
@Entity('sale_plans')
export class SalePlan {
  @PrimaryColumn('uuid', { name: 'sale_id' })
  saleId!: string;

  @Column('uuid', { name: 'show_id' })
  showId!: string;

  @Column('uuid', { name: 'shop_id' })
  shopId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  rule!: SaleRule;

  @Column('integer', { name: 'duration_s' })
  durationS!: number;

  @Column('integer', { name: 'limit_per_buyer' })
  limitPerBuyer!: number;

  @Column('timestamptz', { name: 'starts_at', nullable: true })
  startsAt!: Date | null;

  @Column('timestamptz', { name: 'removed_at', nullable: true })
  removedAt!: Date | null;

  @Column('integer')
  version!: number;

  @Column('text', { name: 'request_key', select: false })
  requestKey!: string;
}

/** One variant of a flash sale. */
@Entity('sale_plan_items')
export class SalePlanItem {
  @PrimaryColumn('uuid', { name: 'sale_id' })
  saleId!: string;

  @PrimaryColumn('uuid', { name: 'variant_id' })
  variantId!: string;

  @Column('integer')
  position!: number;

  @Column('integer')
  quantity!: number;

  @Column('jsonb')
  discount!: SalePlanView['items'][number]['discount'];
}
