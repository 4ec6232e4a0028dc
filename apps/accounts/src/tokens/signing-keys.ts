import { lockKey, type Query } from '#bus';
import type { Clock, Logger } from '#process';
import { withTransaction } from '#service';
import { createPrivateKey, generateKeyPairSync, randomUUID, type KeyObject } from 'node:crypto';
import { DataSource, type EntityManager } from 'typeorm';
import { SigningKey } from '../database/entities/signing-key.entity.ts';
import { KEY_LEAD_MS, needsNextKey, publishedKeysAt, signingKeyAt, type KeyPolicy } from './key-plan.ts';
import type { Seal } from './seal.ts';

/** How long a read of the keys is believed; a key is published `KEY_LEAD_MS` ahead, which is longer. */
const BELIEVE_MS = 5_000;

/** A public key as JWKS tells it. */
export interface PublicJwk {
  kty: 'OKP';
  crv: 'Ed25519';
  x: string;
  kid: string;
  alg: 'EdDSA';
  use: 'sig';
}

interface Loaded {
  keyId: string;
  publicX: string;
  signsFrom: number;
  privateKey: KeyObject;
}

/** The key pairs that sign access tokens: made, replaced in time, shared by all instances through the database. */
export class SigningKeys {
  private keys: Loaded[] = [];
  private readAt = Number.NEGATIVE_INFINITY;
  private reading: Promise<void> | undefined;
  private readonly database: DataSource;
  private readonly seal: Seal;
  private readonly clock: Clock;
  private readonly policy: KeyPolicy;
  private readonly logger: Logger;

  constructor(parts: { database: DataSource; seal: Seal; clock: Clock; policy: KeyPolicy; logger: Logger }) {
    this.database = parts.database;
    this.seal = parts.seal;
    this.clock = parts.clock;
    this.policy = parts.policy;
    this.logger = parts.logger;
  }

  /** The key to sign with now. */
  async current(): Promise<{ keyId: string; privateKey: KeyObject }> {
    await this.refresh();
    const key = signingKeyAt(this.keys, this.clock.now());
    if (!key) throw new Error('no signing key has begun');
    return key;
  }

  /** Public halves of every key that a good token may be signed with. */
  async publicKeys(): Promise<PublicJwk[]> {
    await this.refresh();
    return publishedKeysAt(this.keys, this.clock.now(), this.policy).map(({ keyId, publicX }) => ({
      kty: 'OKP',
      crv: 'Ed25519',
      x: publicX,
      kid: keyId,
      alg: 'EdDSA',
      use: 'sig',
    }));
  }

  /** Makes the next key when it is due and removes those nobody needs; one instance at a time. */
  async maintain(): Promise<void> {
    await this.database.transaction(async (tx) => {
      await lockKeys(tx);
      const now = this.clock.now();
      const keys = await this.readAll(tx);
      if (needsNextKey(keys, now, this.policy)) {
        const signsFrom = keys.length === 0 ? now : now + KEY_LEAD_MS;
        await this.addKey(tx, signsFrom);
        this.logger.info({ signsFrom: new Date(signsFrom) }, 'made a signing key');
      }
      const needed = new Set(publishedKeysAt(keys, now, this.policy).map((key) => key.keyId));
      const stale = keys.filter((key) => !needed.has(key.keyId)).map((key) => key.keyId);
      if (stale.length > 0) await tx.delete(SigningKey, stale);
    });
    await this.read();
  }

  /** Signs with a fresh key from now on; with `discard` tokens of all former keys die as verifiers notice. */
  async rotate(discard: boolean, record: (query: Query, keyId: string) => Promise<void>): Promise<string> {
    const keyId = await withTransaction(this.database, async (tx, query) => {
      await lockKeys(tx);
      if (discard) await tx.createQueryBuilder().delete().from(SigningKey).execute();
      const added = await this.addKey(tx, this.clock.now());
      await record(query, added);
      return added;
    });
    await this.read();
    return keyId;
  }

  private async addKey(tx: EntityManager, signsFrom: number): Promise<string> {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const keyId = randomUUID();
    await tx.insert(SigningKey, {
      keyId,
      publicX: String(publicKey.export({ format: 'jwk' }).x),
      sealedPrivate: this.seal.close(privateKey.export({ format: 'der', type: 'pkcs8' }), keyId),
      signsFrom: new Date(signsFrom),
    });
    return keyId;
  }

  /** Reads the keys when the last reading is old; while the database is away the last ones go on. */
  private async refresh(): Promise<void> {
    if (this.clock.now() - this.readAt < BELIEVE_MS) return;
    try {
      await this.read();
    } catch (err) {
      if (this.keys.length === 0) throw err;
      this.readAt = this.clock.now();
      this.logger.warn({ err }, 'signing keys could not be read; the known ones go on');
    }
  }

  private async read(): Promise<void> {
    this.reading ??= this.reload().finally(() => {
      this.reading = undefined;
    });
    await this.reading;
  }

  private async reload(): Promise<void> {
    this.keys = await this.readAll(this.database.manager);
    this.readAt = this.clock.now();
  }

  private async readAll(tx: EntityManager): Promise<Loaded[]> {
    const rows = await tx.find(SigningKey);
    return rows.map((row) => ({
      keyId: row.keyId,
      publicX: row.publicX,
      signsFrom: row.signsFrom.getTime(),
      privateKey: this.openKey(row),
    }));
  }

  private openKey(row: SigningKey): KeyObject {
    try {
      return createPrivateKey({
        key: this.seal.open(row.sealedPrivate, row.keyId),
        format: 'der',
        type: 'pkcs8',
      });
    } catch (cause) {
      throw new Error(
        `ACCOUNTS_SECRET does not open signing key ${row.keyId}: give the secret it was made with, or empty the ` +
          'table signing_keys (everybody has to log in again)',
        { cause },
      );
    }
  }
}

async function lockKeys(tx: EntityManager): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey('accounts:signing-keys')]);
}
