import { randomBytes } from 'node:crypto';
import argon2 from 'argon2';

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane. */
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Hashes at work at once: libuv has four threads, and files and names need some of them. */
const MOST_AT_WORK = 2;
/** Callers that wait; more are told to come back. At about 30 ms a hash this is two seconds. */
const MOST_WAITING = 128;

/** Thrown when too many passwords wait to be hashed; the caller is answered `unavailable`. */
export class HasherBusy extends Error {
  override name = 'HasherBusy';
}

/** Hashes and checks passwords with Argon2id, a bounded number at a time. */
export class PasswordHasher {
  private atWork = 0;
  private readonly waiting: (() => void)[] = [];
  private dummy: Promise<string> | undefined;

  hash(password: string): Promise<string> {
    return this.inTurn(() => argon2.hash(password.normalize('NFC'), PARAMETERS));
  }

  /** Whether `password` fits; `digest` undefined costs the same time and fits nothing. */
  async matches(password: string, digest: string | undefined): Promise<boolean> {
    const against = digest ?? (await this.dummyDigest());
    const fits = await this.inTurn(() => argon2.verify(against, password.normalize('NFC')));
    return fits && digest !== undefined;
  }

  /** Whether `digest` was made with weaker parameters than today's. */
  isOutdated(digest: string): boolean {
    return argon2.needsRehash(digest, PARAMETERS);
  }

  private dummyDigest(): Promise<string> {
    this.dummy ??= argon2.hash(randomBytes(24), PARAMETERS);
    return this.dummy;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.atWork >= MOST_AT_WORK) {
      if (this.waiting.length >= MOST_WAITING) throw new HasherBusy('too many passwords wait to be hashed');
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.atWork += 1;
    }
    try {
      return await work();
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.atWork -= 1;
    }
  }
}
