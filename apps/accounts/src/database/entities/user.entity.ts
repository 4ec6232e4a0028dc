import type { PlatformRole } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A person: with an account (`user`), or only a name for the chat (`guest`). */
@Entity('users')
export class User {
  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('text')
  kind!: 'user' | 'guest';

  /** As typed; unique without regard to case. Null for guests. */
  @Column('text', { nullable: true })
  email!: string | null;

  /** Argon2id in its own notation; never read but by the log-in. */
  @Column('text', { name: 'password_hash', nullable: true, select: false })
  passwordHash!: string | null;

  @Column('text', { name: 'display_name' })
  displayName!: string;

  @Column('text', { name: 'platform_roles', array: true })
  platformRoles!: PlatformRole[];

  @Column('timestamptz', { name: 'banned_at', nullable: true })
  bannedAt!: Date | null;

  @Column('text', { name: 'ban_reason', nullable: true })
  banReason!: string | null;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  /** Version of the events about this person. */
  @Column('integer')
  version!: number;
}
