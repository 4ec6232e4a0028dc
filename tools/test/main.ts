import { explain } from '../bootstrap/failure.mjs';
import { buildAll } from '../build/build.ts';
import { closingLine, runJest } from './run-jest.ts';
import type { Tally } from './run-jest.ts';

/** One after the other: the journeys have the whole system running, and want the processors for themselves. */
const STAGES = [
  { title: 'Unit and integration tests', projects: ['unit', 'integration'], args: [] },
  { title: 'Journeys in a real browser', projects: ['journeys'], args: ['--runInBand'] },
  { title: 'Faults', projects: ['faults'], args: ['--runInBand'] },
];

// npm test [-- JEST ARGUMENTS]: everything, on real servers.
try {
  const started = performance.now();
  await buildAll(process.cwd());
  const total: Tally = { passed: 0, failed: 0, skipped: 0 };
  for (const { title, projects, args } of STAGES) {
    process.stderr.write(`\n${title}\n`);
    const { passed, failed, skipped } = await runJest(process.cwd(), projects, [
      ...args,
      ...process.argv.slice(2),
    ]);
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  const minutes = ((performance.now() - started) / 60_000).toFixed(1);
  process.stdout.write(`\nTests took ${minutes} minutes.\n${closingLine(total)}\n`);
  process.exitCode = total.failed === 0 ? 0 : 1;
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exitCode = 1;
}
