import type { Logger } from '#process';

/** A job that comes round again and again; `everyMs` counts from the end of one round to the begin of the next. */
export interface Chore {
  name: string;
  everyMs: number;
  run: () => Promise<unknown>;
}

export interface Housekeeping {
  /** Ends after the rounds in hand. */
  stop(): Promise<void>;
}

/** Runs each chore in its own rhythm; a round that fails is logged and the next one comes. */
export function startHousekeeping(chores: readonly Chore[], logger: Logger): Housekeeping {
  const stops = chores.map((chore) => startChore(chore, logger));
  return {
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function startChore({ name, everyMs, run }: Chore, logger: Logger): () => Promise<void> {
  let running = true;
  let wake = (): void => undefined;
  const loop = (async () => {
    while (running) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      if (!running) return;
      try {
        await run();
      } catch (err) {
        logger.warn({ err, chore: name }, 'a round of housekeeping failed');
      }
    }
  })();
  return async () => {
    running = false;
    wake();
    await loop;
  };
}
