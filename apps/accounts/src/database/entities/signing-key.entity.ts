import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An Ed25519 key pair; the private half is encrypted. */
@Entity('signing_keys')
export class SigningKey {
  @PrimaryColumn('text', { name: 'key_id' })
  keyId!: string;

  /** The public point as JWK's `x`. */
  @Column('text', { name: 'public_x' })
  publicX!: string;

  @Column('bytea', { name: 'sealed_private' })
  sealedPrivate!: Buffer;

  /** From then on this key signs, until a later one does. */
  @Column('timestamptz', { name: 'signs_from' })
  signsFrom!: Date;
}
