import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Who did what to whom, when, from where. Only ever added to. */
@Entity('audit')
export class AuditRow {
  @PrimaryColumn('uuid', { name: 'audit_id' })
  auditId!: string;

  @Column('timestamptz')
  at!: Date;

  @Column('uuid', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  @Column('text')
  action!: string;

  @Column('uuid', { name: 'subject_id', nullable: true })
  subjectId!: string | null;

  @Column('uuid', { name: 'shop_id', nullable: true })
  shopId!: string | null;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('jsonb')
  data!: Record<string, unknown>;
}
