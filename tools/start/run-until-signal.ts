import { explain } from '../bootstrap/failure.mjs';
import { readStartOptions } from './start-options.ts';
import { startAll } from './start-all.ts';
import type { Companion } from './start-all.ts';

/** A terminal's Ctrl-C reaches this process once from the terminal and once more through npm. */
const SAME_SIGNAL_MS = 1_500;

/** Runs everything until a signal, and ends this process: 0 after an orderly stop, 1 when something could not start. */
export async function runUntilSignal(
  env: Record<string, string | undefined>,
  companion?: Companion,
): Promise<never> {
  const ending = endOnSignals();
  // A terminal that was closed takes no more lines; stopping in order goes on without it.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  try {
    const options = readStartOptions(process.argv.slice(2), env);
    await startAll(process.cwd(), options, env, ending, companion);
    process.exit(0);
  } catch (error) {
    if (ending.aborted) process.exit(0);
    process.stderr.write(`\n${explain(error)}\n`);
    process.exit(1);
  }
}

function endOnSignals(): AbortSignal {
  const ending = new AbortController();
  let firstAt = 0;
  const end = (signal: string) => {
    if (ending.signal.aborted && Date.now() - firstAt > SAME_SIGNAL_MS) {
      process.stderr.write('\nStopping at once; the servers recover at the next start.\n');
      process.exit(1); // the kernel tells every child that its parent is gone
    }
    if (ending.signal.aborted) return;
    firstAt = Date.now();
    if (signal === 'SIGINT') process.stderr.write('\n');
    ending.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => end(signal));
  return ending.signal;
}
