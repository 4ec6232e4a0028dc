import { describe, expect, it, jest } from '@jest/globals';
import { createBatcher } from './batcher.ts';

/** A batcher whose batches end when the test says so. */
function held(most: number, lanes: number) {
  const batches: { items: number[]; end: () => void }[] = [];
  const clock = { ms: 0 };
  const batcher = createBatcher<number, string>({
    most,
    lanes,
    now: () => clock.ms,
    run: (items) =>
      new Promise((resolve) => {
        batches.push({ items, end: () => resolve(items.map((item) => `answer ${item}`)) });
      }),
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return { batcher, batches, clock, turn };
}

describe('a batcher', () => {
  it('answers all that came in one turn from one batch, each its own', async () => {
    const { batcher, batches, turn } = held(10, 2);
    const answers = Promise.all([1, 2, 3].map((item) => batcher.add(item)));
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2, 3]]);
    batches[0]?.end();
    expect(await answers).toEqual(['answer 1', 'answer 2', 'answer 3']);
  });

  it('lets a batch that nobody waits for gather what comes within its time', async () => {
    jest.useFakeTimers();
    try {
      const batches: number[][] = [];
      const run = async (items: number[]): Promise<number[]> => {
        batches.push(items);
        return items;
      };
      const batcher = createBatcher<number, number>({ most: 10, lanes: 1, gatherMs: 50, run });
      const first = batcher.add(1);
      await jest.advanceTimersByTimeAsync(49);
      const second = batcher.add(2);
      expect(batches).toEqual([]);
      await jest.advanceTimersByTimeAsync(1);
      expect(await Promise.all([first, second])).toEqual([1, 2]);
      expect(batches).toEqual([[1, 2]]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('lets few wait for the batch under way, and begins another for half a batch', async () => {
    const { batcher, batches, turn } = held(4, 2);
    void batcher.add(1);
    await turn();
    void batcher.add(2);
    await turn();
    expect(batches).toHaveLength(1);
    void batcher.add(3);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1], [2, 3]]);
    void batcher.add(4);
    void batcher.add(5);
    await turn();
    expect(batches).toHaveLength(2);
    batches[0]?.end();
    await turn();
    await turn();
    expect(batches.at(2)?.items).toEqual([4, 5]);
  });

  it('does not let anybody wait behind a slow batch while a lane is free', async () => {
    const { batcher, batches, clock, turn } = held(4, 2);
    void batcher.add(1);
    await turn();
    clock.ms += 51;
    void batcher.add(2);
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1], [2]]);
  });

  it('does the pieces of a failed batch again one by one, so that one bad piece fails alone', async () => {
    const batcher = createBatcher<number, number>({
      most: 10,
      lanes: 1,
      run: async (items) => {
        if (items.includes(2)) throw new Error('two');
        return items;
      },
    });
    const results = await Promise.allSettled([1, 2, 3].map((item) => batcher.add(item)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await batcher.idle();
  });
});
