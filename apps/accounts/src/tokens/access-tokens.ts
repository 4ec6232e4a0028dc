import type { Identity } from '#contracts';
import { claimsOf } from '#service';
import { SignJWT } from 'jose';
import { SigningKeys } from './signing-keys.ts';

/** Signs access tokens: short-lived, so that every process believes them without asking. */
export class AccessTokens {
  private readonly keys: SigningKeys;
  private readonly lifeMs: number;

  constructor(keys: SigningKeys, lifeMs: number) {
    this.keys = keys;
    this.lifeMs = lifeMs;
  }

  /** A token for `holder` that ends `lifeMs` after `now`, or with its session. */
  async issue(
    holder: Omit<Identity, 'expiresAt'>,
    now: number,
    sessionEndsAt: number,
  ): Promise<{ token: string; expiresAt: number }> {
    const expiresAt = Math.floor(Math.min(now + this.lifeMs, sessionEndsAt) / 1_000) * 1_000;
    const { keyId, privateKey } = await this.keys.current();
    const token = await new SignJWT(claimsOf({ ...holder, expiresAt }))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: keyId })
      .setIssuedAt(Math.floor(now / 1_000))
      .sign(privateKey);
    return { token, expiresAt };
  }
}
