import { describe, expect, it } from '@jest/globals';
import { newId } from '#process';
import { claimsOf, createTokenVerifier } from '#service';
import { TEST_JWKS, testIdentity, tokenOf } from '#testing';
import { generateKeyPair, SignJWT } from 'jose';

describe('createTokenVerifier', () => {
  it('reads the identity that accounts signed', async () => {
    const ada = testIdentity({ displayName: 'Ada', shops: [{ shopId: newId(), role: 'host' }] });
    const verified = await createTokenVerifier(TEST_JWKS).verify(await tokenOf(ada));
    expect(verified).toEqual({ ...ada, expiresAt: Math.floor(ada.expiresAt / 1_000) * 1_000 });
  });

  it('refuses foreign keys, foreign algorithms and tokens past their time', async () => {
    const verifier = createTokenVerifier(TEST_JWKS);
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    const claims = claimsOf(testIdentity());
    const forged = new SignJWT(claims).setProtectedHeader({ alg: 'EdDSA', kid: 'test' }).sign(privateKey);
    const symmetric = new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'test' })
      .sign(new TextEncoder().encode('a secret of at least thirty-two bytes'));
    const past = tokenOf(testIdentity({ expiresAt: Date.now() - 1_000 }));
    for (const token of [forged, symmetric, past]) expect(await verifier.verify(await token)).toBeUndefined();
  });

  it('forgets a remembered token when its time is over', async () => {
    let now = Date.now();
    const verifier = createTokenVerifier(TEST_JWKS, () => now);
    const token = await tokenOf(testIdentity({ expiresAt: now + 60_000 }));
    expect(await verifier.verify(token)).toBeDefined();
    now += 61_000;
    expect(await verifier.verify(token)).toBeUndefined();
  });

  it('lets a revoked session end at once, remembered or not', async () => {
    const verifier = createTokenVerifier(TEST_JWKS);
    const ada = testIdentity();
    const token = await tokenOf(ada);
    expect(await verifier.verify(token)).toBeDefined();
    verifier.revokeSession(ada.sessionId);
    expect(await verifier.verify(token)).toBeUndefined();
  });

  it('distrusts what a user was given before their rights changed', async () => {
    const now = Date.now();
    const verifier = createTokenVerifier(TEST_JWKS);
    const ada = testIdentity();
    const token = await tokenOf(ada);
    expect(await verifier.verify(token)).toBeDefined();
    verifier.distrustUser(ada.userId, now + 2_000);
    expect(await verifier.verify(token)).toBeUndefined();
    verifier.distrustUser(ada.userId, now - 2_000);
    expect(await verifier.verify(token)).toBeDefined();
  });
});
