import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Bus } from '#bus';
import { OwnerWatch } from './owner-watch.ts';

let beat: (owner: string) => void;
let said: string[];
let looked: string[];
let watch: OwnerWatch;

/** A bus on which the test lets other processes beat. */
function busOf(): Bus {
  const nc = {
    isClosed: () => false,
    isDraining: () => false,
    publish: (_subject: string, body: string) => said.push(JSON.parse(body) as string),
    subscribe: (_subject: string, { callback }: { callback: (error: null, message: object) => void }) => {
      beat = (owner) => callback(null, { json: () => owner });
      return { unsubscribe: () => undefined };
    },
  };
  return { nc } as unknown as Bus;
}

/** Time passes, and the process that owns the room beats as long as it lives. */
function pass(ms: number, owner: 'lives' | 'is dead'): void {
  for (let passed = 0; passed < ms; passed += 200) {
    if (owner === 'lives') beat('p2');
    jest.advanceTimersByTime(200);
  }
}

beforeEach(() => {
  jest.useFakeTimers();
  said = [];
  looked = [];
  watch = new OwnerWatch(busOf(), 'p1', {
    rooms: () => [
      { showId: 'my own', owner: 'p1' },
      { showId: 'theirs', owner: 'p2' },
    ],
    lookAfter: async (showId) => void looked.push(showId),
  });
});
afterEach(() => {
  watch.stop();
  jest.useRealTimers();
});

describe('whoever has people in a room', () => {
  it('looks after it when its owner falls silent, although nobody asks for anything', () => {
    pass(5_000, 'lives');
    expect(looked).toEqual([]);
    pass(1_800, 'is dead');
    expect(looked[0]).toBe('theirs');
    expect(looked).not.toContain('my own');
  });

  it('lets itself be heard twice a second', () => {
    pass(4_000, 'lives');
    expect(said).toEqual(Array(10).fill('p1'));
  });

  it('takes nobody for dead before it could have heard them', () => {
    pass(800, 'is dead');
    expect(looked).toEqual([]);
  });
});
