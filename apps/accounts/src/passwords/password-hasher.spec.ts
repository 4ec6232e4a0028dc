import { describe, expect, it } from '@jest/globals';
import argon2 from 'argon2';
import { HasherBusy, PasswordHasher } from './password-hasher.ts';

describe('password hasher', () => {
  it('knows the right password, whatever the composition of its letters', async () => {
    const hasher = new PasswordHasher();
    const digest = await hasher.hash('cafe\u0301 au lait');
    expect(digest).toMatch(/^\$argon2id\$v=19\$m=19456,p=1,t=2\$|^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(await hasher.matches('caf\u00e9 au lait', digest)).toBe(true);
    expect(await hasher.matches('cafe au lait', digest)).toBe(false);
  });

  it('lets nobody in without a digest', async () => {
    expect(await new PasswordHasher().matches('anything', undefined)).toBe(false);
  });

  it('sees weaker parameters', async () => {
    const weak = await argon2.hash('password', {
      type: argon2.argon2id,
      memoryCost: 8_192,
      timeCost: 2,
      parallelism: 1,
    });
    const hasher = new PasswordHasher();
    expect(hasher.isOutdated(weak)).toBe(true);
    expect(hasher.isOutdated(await hasher.hash('password'))).toBe(false);
  });

  it('turns callers away when too many wait, and serves the rest', async () => {
    const hasher = new PasswordHasher();
    const digest = await argon2.hash('x', {
      type: argon2.argon2id,
      memoryCost: 1_024,
      timeCost: 2,
      parallelism: 1,
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 140 }, () => hasher.matches('x', digest)));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(10);
    expect(refused.every((outcome) => outcome.reason instanceof HasherBusy)).toBe(true);
    expect(await hasher.matches('x', digest)).toBe(true);
  });
});
