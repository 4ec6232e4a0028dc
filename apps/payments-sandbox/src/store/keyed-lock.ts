/** Lets one holder at a time have each key, in the order of asking. */
export class KeyedLock {
  private readonly tails = new Map<string, Promise<void>>();

  /** Resolves to the function that gives the key back. */
  async acquire(key: string): Promise<() => void> {
    const before = this.tails.get(key);
    let release: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = before ? before.then(() => mine) : mine;
    this.tails.set(key, tail);
    await before;
    return () => {
      release();
      if (this.tails.get(key) === tail) this.tails.delete(key);
    };
  }
}
