import { describe, expect, it } from '@jest/globals';
import { needsNextKey, publishedKeysAt, signingKeyAt } from './key-plan.ts';

const MINUTE = 60_000;
const policy = { tokenMs: 10 * MINUTE, rotateMs: 1_000 * MINUTE };
const old = { keyId: 'old', signsFrom: 0 };
const next = { keyId: 'next', signsFrom: 1_000 * MINUTE };

describe('key plan', () => {
  it('signs with the latest key that has begun', () => {
    expect(signingKeyAt([], 0)).toBeUndefined();
    expect(signingKeyAt([next, old], 999 * MINUTE)?.keyId).toBe('old');
    expect(signingKeyAt([next, old], 1_000 * MINUTE)?.keyId).toBe('next');
  });

  it('publishes a key before it signs and until its last token has died', () => {
    const at = (minute: number) =>
      publishedKeysAt([next, old], minute * MINUTE, policy).map((key) => key.keyId);
    expect(at(999)).toEqual(['old', 'next']);
    expect(at(1_010)).toEqual(['old', 'next']);
    expect(at(1_011)).toEqual(['next']);
  });

  it('asks for a next key when there is none or the latest is old', () => {
    expect(needsNextKey([], 0, policy)).toBe(true);
    expect(needsNextKey([old], 999 * MINUTE, policy)).toBe(false);
    expect(needsNextKey([old], 1_000 * MINUTE, policy)).toBe(true);
    expect(needsNextKey([old, next], 1_000 * MINUTE, policy)).toBe(false);
  });
});
