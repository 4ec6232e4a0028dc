import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Shows that belong together and share a stream key. */
@Entity('series')
export class Series {
  @PrimaryColumn('uuid', { name: 'series_id' })
  seriesId!: string;

  @Column('uuid', { name: 'shop_id' })
  shopId!: string;

  @Column('text')
  title!: string;

  @Column('text')
  description!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('integer')
  version!: number;

  @Column('text', { name: 'request_key', select: false })
  requestKey!: string;
}
