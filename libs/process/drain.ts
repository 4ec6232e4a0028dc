import type { Logger } from './logger.ts';

/** How long a process may take to stop before it ends itself; supervisors wait longer than this. */
const DRAIN_DEADLINE_MS = 15_000;

/** The orderly end of a process: what was started last is stopped first. */
export interface Drain {
  /** Registers `stop`; a failure is logged and the others go on. */
  add(name: string, stop: () => Promise<void> | void): void;
  /** Whether stopping has begun; readiness answers 503 from then on. */
  readonly draining: boolean;
  /** Called as soon as stopping begins, before anything is stopped. */
  onStart(listener: () => void): void;
  /** Stops everything; every call gives the same promise. */
  stop(reason: string): Promise<void>;
}

export interface DrainOptions {
  logger: Logger;
  deadlineMs?: number;
}

/** Makes a drain that knows nothing of signals. */
export function createDrain({ logger, deadlineMs = DRAIN_DEADLINE_MS }: DrainOptions): Drain {
  const steps: { name: string; stop: () => Promise<void> | void }[] = [];
  const listeners: (() => void)[] = [];
  let stopping: Promise<void> | undefined;
  let draining = false;

  async function runSteps(): Promise<void> {
    for (const listener of listeners) listener();
    for (const { name, stop } of steps.toReversed()) {
      try {
        await stop();
      } catch (err) {
        logger.error({ err, step: name }, 'stopping a part failed');
      }
    }
  }

  return {
    add: (name, stop) => void steps.push({ name, stop }),
    onStart: (listener) => void listeners.push(listener),
    get draining() {
      return draining;
    },
    stop(reason) {
      stopping ??= (() => {
        draining = true;
        logger.info({ reason }, 'stopping');
        return Promise.race([runSteps(), deadline(deadlineMs, logger)]);
      })();
      return stopping;
    },
  };
}

/** Drains on SIGTERM and SIGINT, then exits; an uncaught error drains too and exits with 1. */
export function drainOnSignals(drain: Drain, logger: Logger): void {
  const end = async (reason: string, code: number): Promise<void> => {
    await drain.stop(reason);
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal, 0));
  process.on('uncaughtException', (err) => {
    logger.fatal({ err }, 'uncaught error');
    void end('uncaught error', 1);
  });
  process.on('unhandledRejection', (err) => {
    logger.fatal({ err }, 'unhandled rejection');
    void end('unhandled rejection', 1);
  });
}

function deadline(deadlineMs: number, logger: Logger): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(() => {
      logger.warn({ deadlineMs }, 'a part did not stop in time');
      resolve();
    }, deadlineMs).unref();
  });
}
