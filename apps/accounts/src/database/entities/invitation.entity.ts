import type { ShopRole } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A link that lets one person join a shop; only its hash is stored. */
@Entity('invitations')
export class Invitation {
  @PrimaryColumn('uuid', { name: 'invitation_id' })
  invitationId!: string;

  @Column('uuid', { name: 'shop_id' })
  shopId!: string;

  @Column('text')
  role!: ShopRole;

  @Column('text')
  note!: string;

  @Column('text', { name: 'token_hash' })
  tokenHash!: string;

  @Column('uuid', { name: 'invited_by' })
  invitedBy!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('uuid', { name: 'accepted_by', nullable: true })
  acceptedBy!: string | null;

  @Column('timestamptz', { name: 'closed_at', nullable: true })
  closedAt!: Date | null;
}
