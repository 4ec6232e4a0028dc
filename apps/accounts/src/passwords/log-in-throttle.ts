import type { RateLimiter } from '#service';

/** Tries at one e-mail address from one place: a person who mistypes, not a list of passwords. */
const PER_PLACE = { limit: 10, windowS: 300 };
/** Tries at one e-mail address from everywhere: stops a spread attack, yet is hard to lock an owner out with. */
const PER_EMAIL = { limit: 60, windowS: 900 };
/** Tries from one place at any account: an office behind one address fits in. */
const PER_ADDRESS = { limit: 300, windowS: 900 };

/** Bounds how often passwords may be tried; says nothing on whether the account exists. */
export class LogInThrottle {
  private readonly limiter: Pick<RateLimiter, 'take'>;

  constructor(limiter: Pick<RateLimiter, 'take'>) {
    this.limiter = limiter;
  }

  /** Counts one try; the seconds to wait when it may not be made. */
  async admit(email: string, address: string): Promise<{ ok: true } | { ok: false; retryAfterS: number }> {
    const who = email.toLowerCase();
    const checks = [
      { key: `log-in:${who}:${address}`, ...PER_PLACE },
      { key: `log-in:${who}`, ...PER_EMAIL },
      { key: `log-in-from:${address}`, ...PER_ADDRESS },
    ];
    for (const { key, limit, windowS } of checks) {
      if (!(await this.limiter.take(key, limit, windowS))) return { ok: false, retryAfterS: windowS };
    }
    return { ok: true };
  }
}
