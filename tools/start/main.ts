import { explain } from '../bootstrap/failure.mjs';
import { readStartOptions } from './start-options.ts';
import { startAll } from './start-all.ts';

/** A terminal's Ctrl-C reaches this process once from the terminal and once more through npm. */
const SAME_SIGNAL_MS = 1_500;

const ending = new AbortController();
let firstSignalAt = 0;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => end(signal));

try {
  const options = readStartOptions(process.argv.slice(2), process.env);
  await startAll(process.cwd(), options, process.env, ending.signal);
  process.exit(0);
} catch (error) {
  if (ending.signal.aborted) process.exit(0);
  process.stderr.write(`\n${explain(error)}\n`);
  process.exit(1);
}

function end(signal: string): void {
  if (ending.signal.aborted && Date.now() - firstSignalAt > SAME_SIGNAL_MS) {
    process.stderr.write('\nStopping at once; the servers recover at the next start.\n');
    process.exit(1); // the kernel tells every child that its parent is gone
  }
  if (ending.signal.aborted) return;
  firstSignalAt = Date.now();
  if (signal === 'SIGINT') process.stderr.write('\n');
  ending.abort();
}
