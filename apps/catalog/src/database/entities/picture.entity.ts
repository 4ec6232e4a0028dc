import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A stored picture, by the hash of its largest rendering; products and shows refer to it. */
@Entity('pictures')
export class Picture {
  @PrimaryColumn('text')
  hash!: string;

  @Column('integer')
  width!: number;

  @Column('integer')
  height!: number;

  /** Last time somebody uploaded it; what nobody refers to a day later is removed. */
  @Column('timestamptz', { name: 'used_at' })
  usedAt!: Date;
}
