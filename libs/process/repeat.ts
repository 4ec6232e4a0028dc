import type { Logger } from './logger.ts';

/** Runs `work` every `everyMs` until stopped, never twice at once; a failure is logged and the next run comes. */
export function repeat(
  everyMs: number,
  logger: Logger,
  name: string,
  work: () => Promise<void>,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  const timer = setInterval(() => {
    running ??= work()
      .catch((err: unknown) => logger.warn({ err, chore: name }, 'a chore failed; it comes again'))
      .finally(() => {
        running = undefined;
      });
  }, everyMs).unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
