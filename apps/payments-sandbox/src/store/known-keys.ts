/** Reads the keys there are, `most` of them at most. */
type ReadKeys = (most: number) => Promise<string[]>;

/**
 * Which keys may be stored, so that a new one, as most are, need not be looked for. Too many to remember, or not read
 * yet: then every key may be.
 */
export class KnownKeys {
  private keys: Set<string> | undefined;
  /** Keys that came while the stored ones were read. */
  private meanwhile: Set<string> | undefined;
  private readonly most: number;

  constructor(most: number) {
    this.most = most;
  }

  /** Begins anew with what is stored. */
  async load(read: ReadKeys): Promise<void> {
    const meanwhile = new Set<string>();
    this.meanwhile = meanwhile;
    this.keys = undefined;
    const stored = await read(this.most + 1);
    if (this.meanwhile !== meanwhile) return; // begun anew since
    this.meanwhile = undefined;
    if (stored.length + meanwhile.size <= this.most) this.keys = new Set([...stored, ...meanwhile]);
  }

  add(key: string): void {
    this.meanwhile?.add(key);
    this.keys?.add(key);
    if (this.keys && this.keys.size > this.most) this.keys = undefined;
  }

  mayHave(key: string): boolean {
    return this.keys?.has(key) ?? true;
  }
}
