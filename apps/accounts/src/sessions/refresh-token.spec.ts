import { describe, expect, it } from '@jest/globals';
import { createSeal } from '../tokens/seal.ts';
import { isOurRefreshToken, readRefreshToken, writeRefreshToken } from './refresh-token.ts';

const seal = createSeal('a deployment secret of enough characters');
const sessionId = '0193d5a0-0000-7000-8000-000000000001';

describe('refresh token', () => {
  it('is known as ours with its salt, generation and session only', () => {
    const claim = readRefreshToken(writeRefreshToken(seal, { sessionId, generation: 3 }, 'salt'));
    expect(claim).toMatchObject({ sessionId, generation: 3 });
    if (!claim) throw new Error('unreadable');
    expect(isOurRefreshToken(seal, claim, 'salt')).toBe(true);
    expect(isOurRefreshToken(seal, claim, 'pepper')).toBe(false);
    expect(isOurRefreshToken(seal, { ...claim, generation: 4 }, 'salt')).toBe(false);
    expect(isOurRefreshToken(seal, { ...claim, sessionId: sessionId.replace('1', '2') }, 'salt')).toBe(false);
  });

  it.each([
    '',
    'x',
    '..',
    `${sessionId}.1`,
    `${sessionId}.-1.s`,
    `${sessionId}.1.s.t`,
    'not-an-id.1.s',
    `${sessionId}.9999999999.s`,
  ])('has a form that %j has not', (text) => {
    expect(readRefreshToken(text)).toBeUndefined();
  });
});
