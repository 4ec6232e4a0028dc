interface Bucket {
  tokens: number;
  at: number;
}

/** Allows `limit` acts per `windowMs` and key, refilled evenly; remembers a bounded number of keys. */
export class TokenBuckets {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #most: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limit: number, windowMs: number, most = 50_000) {
    this.#limit = limit;
    this.#windowMs = windowMs;
    this.#most = most;
  }

  /** Zero when the act is allowed, else how long to wait for the next one. */
  take(key: string, now: number): number {
    const known = this.#buckets.get(key);
    const earned = known ? ((now - known.at) * this.#limit) / this.#windowMs : 0;
    const tokens = known ? Math.min(this.#limit, known.tokens + Math.max(0, earned)) : this.#limit;
    this.#buckets.delete(key);
    const allowed = tokens >= 1;
    this.#buckets.set(key, { tokens: allowed ? tokens - 1 : tokens, at: now });
    if (this.#buckets.size > this.#most) this.#forgetOldest();
    return allowed ? 0 : Math.max(1, Math.ceil(((1 - tokens) * this.#windowMs) / this.#limit));
  }

  get size(): number {
    return this.#buckets.size;
  }

  #forgetOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
