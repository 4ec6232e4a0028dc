import { createHmac, timingSafeEqual } from 'node:crypto';

/** Signs and checks the tokens that open private shows. A token is part of a path: `<expiry>.<signature>`. */
export class PlaybackTokens {
  private readonly key: Buffer;

  /** The key is derived, so that a token tells nothing of the secret that other things depend on. */
  constructor(secret: string) {
    this.key = createHmac('sha256', secret).update('playback token').digest();
  }

  /** A token for one show until `expiresAt` (Unix milliseconds, rounded to seconds). */
  sign(showId: string, expiresAt: number): string {
    const expiry = Math.floor(expiresAt / 1_000).toString(36);
    return `${expiry}.${this.signature(showId, expiry).toString('base64url')}`;
  }

  /** Whether a token opens this show now. */
  opens(showId: string, token: string, now: number): boolean {
    const [expiry = '', signature = '', ...more] = token.split('.');
    if (more.length > 0 || !/^[0-9a-z]{1,10}$/.test(expiry)) return false;
    const given = Buffer.from(signature, 'base64url');
    const expected = this.signature(showId, expiry);
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
    return Number.parseInt(expiry, 36) * 1_000 > now;
  }

  private signature(showId: string, expiry: string): Buffer {
    return createHmac('sha256', this.key).update(`${showId} ${expiry}`).digest().subarray(0, 18);
  }
}
