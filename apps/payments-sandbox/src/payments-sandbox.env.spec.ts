import { describe, expect, it } from '@jest/globals';
import { EnvError, parseEnv } from '#process';
import { paymentsSandboxEnv } from './payments-sandbox.env.ts';

const start = (settings: Record<string, string>) => () =>
  parseEnv(paymentsSandboxEnv, {
    INTERNAL_TOKEN: 'a-token-of-24-characters-or-more',
    DATABASE_URL: 'postgres://127.0.0.1/sandbox',
    ...settings,
  });

describe('the payments sandbox in production', () => {
  it('does not start, because a test card would pay, unless that is allowed by name', () => {
    expect(start({ NODE_ENV: 'development' })).not.toThrow();
    expect(start({ NODE_ENV: 'production' })).toThrow(EnvError);
    expect(start({ NODE_ENV: 'production' })).toThrow('does not start in production');
    expect(start({ NODE_ENV: 'production', SANDBOX_ALLOW_PRODUCTION: 'false' })).toThrow(EnvError);
    expect(start({ NODE_ENV: 'production', SANDBOX_ALLOW_PRODUCTION: 'true' })).not.toThrow();
  });
});
