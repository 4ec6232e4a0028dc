import { z } from 'zod';

/** How badly the network treats webhooks; all off by default. Same seed, same fate. */
export const Mischief = z.object({
  /** Nothing is sent until this is false again. */
  paused: z.boolean().default(false),
  /** Share of events that are never delivered, not even by a retry. */
  drop: z.number().min(0).max(1).default(0),
  /** Share of events delivered twice. */
  duplicate: z.number().min(0).max(1).default(0),
  /** Each delivery waits between nothing and this long, which also shuffles them. */
  delayMs: z.int().min(0).max(600_000).default(0),
  seed: z.int().default(1),
});
export type Mischief = z.infer<typeof Mischief>;

/** A sequence of numbers in [0, 1) that `seed` decides (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
