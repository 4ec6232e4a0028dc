const SECONDS = 60;

/** How often something happened during the last 60 seconds. */
export class PerMinute {
  readonly #counts = new Uint32Array(SECONDS);
  #second = 0;
  #sum = 0;

  add(count: number, now: number): void {
    this.#advance(now);
    const at = this.#second % SECONDS;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
    this.#sum += count;
  }

  count(now: number): number {
    this.#advance(now);
    return this.#sum;
  }

  #advance(now: number): void {
    const second = Math.floor(now / 1_000);
    if (second <= this.#second) return;
    const from = Math.max(this.#second + 1, second - SECONDS + 1);
    for (let passed = from; passed <= second; passed += 1) {
      this.#sum -= this.#counts[passed % SECONDS] ?? 0;
      this.#counts[passed % SECONDS] = 0;
    }
    this.#second = second;
  }
}
