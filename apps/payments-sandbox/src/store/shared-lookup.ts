interface Asked<T> {
  key: string;
  found: (value: T | undefined) => void;
  failed: (error: unknown) => void;
}

/** Looks single keys up together: one question at a time, for all that were asked since the last one. */
export class SharedLookup<T> {
  private readonly waiting: Asked<T>[] = [];
  private readonly look: (keys: readonly string[]) => Promise<Map<string, T>>;
  private looking = false;

  constructor(look: (keys: readonly string[]) => Promise<Map<string, T>>) {
    this.look = look;
  }

  ask(key: string): Promise<T | undefined> {
    return new Promise((found, failed) => {
      this.waiting.push({ key, found, failed });
      if (this.looking) return;
      this.looking = true;
      setImmediate(() => void this.work());
    });
  }

  private async work(): Promise<void> {
    for (let asked = this.waiting.splice(0); asked.length > 0; asked = this.waiting.splice(0)) {
      try {
        const values = await this.look(asked.map(({ key }) => key));
        for (const { key, found } of asked) found(values.get(key));
      } catch (error) {
        for (const { failed } of asked) failed(error);
      }
    }
    this.looking = false;
  }
}
