/** Gathers single pieces of work into batches, so that many share one transaction and one wait for the disk. */
export interface Batcher<I, O> {
  add(item: I): Promise<O>;
  /** Resolves when nothing is waiting or under way. */
  idle(): Promise<void>;
}

export interface BatcherOptions<I, O> {
  /** Most pieces in one batch. */
  most: number;
  /** Batches under way at once; all but the first begin only for half a batch that waits, or behind a slow one. */
  lanes: number;
  /** Milliseconds that a batch waits for more before it begins; for work that nobody waits for. */
  gatherMs?: number;
  /** Answers in the order of the items. */
  run: (items: I[]) => Promise<O[]>;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

/** A batch under way for longer is slow: what comes then does not wait for it. */
const SLOW_MS = 50;

interface Waiting<I, O> {
  item: I;
  done: (answer: O) => void;
  failed: (error: unknown) => void;
}

/**
 * Makes a batcher. A batch that fails is done again piece by piece, so that one bad piece fails alone; `run` must
 * therefore bear being repeated after a failure, as it must after a lost answer of the database.
 */
export function createBatcher<I, O>(options: BatcherOptions<I, O>): Batcher<I, O> {
  const { most, lanes, gatherMs = 0, run, now = () => performance.now() } = options;
  const waiting: Waiting<I, O>[] = [];
  const idlers: (() => void)[] = [];
  let busy = 0;
  let begunAt = 0;

  async function work(): Promise<void> {
    const batch = waiting.splice(0, most);
    try {
      const answers = await run(batch.map(({ item }) => item));
      for (const [index, { done }] of batch.entries()) done(answers[index] as O);
    } catch (error) {
      if (batch.length === 1) batch[0]?.failed(error);
      else await Promise.all(batch.map((one) => alone(one)));
    } finally {
      busy -= 1;
      if (waiting.length > 0) start();
      else if (busy === 0) for (const resolve of idlers.splice(0)) resolve();
    }
  }

  async function alone({ item, done, failed }: Waiting<I, O>): Promise<void> {
    try {
      done((await run([item]))[0] as O);
    } catch (error) {
      failed(error);
    }
  }

  function start(): void {
    if (busy >= lanes || (busy > 0 && !isWorthMore())) return;
    busy += 1;
    begunAt = now();
    if (gatherMs > 0) setTimeout(() => void work(), gatherMs);
    else setImmediate(() => void work());
  }

  function isWorthMore(): boolean {
    return waiting.length * 2 >= most || now() - begunAt > SLOW_MS;
  }

  return {
    add: (item) =>
      new Promise((done, failed) => {
        waiting.push({ item, done, failed });
        start();
      }),
    idle: () =>
      busy === 0 && waiting.length === 0
        ? Promise.resolve()
        : new Promise((resolve) => void idlers.push(resolve)),
  };
}
