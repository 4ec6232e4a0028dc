import type { SessionEndReason } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * One log-in on one device, and the family of its refresh tokens: a token carries its generation and a seal, so
 * that every older one is known as ours without being stored.
 */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid', { name: 'session_id' })
  sessionId!: string;

  @Column('uuid', { name: 'user_id' })
  userId!: string;

  /** Which refresh token counts now. */
  @Column('integer')
  generation!: number;

  @Column('timestamptz', { name: 'rotated_at' })
  rotatedAt!: Date;

  /** Goes into the seal of the refresh tokens. */
  @Column('text')
  salt!: string;

  @Column('text')
  transport!: 'cookie' | 'token';

  @Column('text')
  client!: string;

  @Column('text')
  address!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'last_used_at' })
  lastUsedAt!: Date;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  @Column('text', { name: 'end_reason', nullable: true })
  endReason!: SessionEndReason | null;
}
