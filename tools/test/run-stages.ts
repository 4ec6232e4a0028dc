import { explain } from '../bootstrap/failure.mjs';
import { buildAll } from '../build/build.ts';
import { closingLine, runJest } from './run-jest.ts';
import type { Tally } from './run-jest.ts';

/** Projects of jest that run together. */
export interface Stage {
  title: string;
  projects: string[];
  /** Further arguments to jest. */
  args: string[];
}

/** Builds, runs the stages one after the other, and ends with one closing line over all of them. */
export async function runStages(stages: readonly Stage[], args: string[]): Promise<void> {
  try {
    const started = performance.now();
    await buildAll(process.cwd());
    const total: Tally = { passed: 0, failed: 0, skipped: 0 };
    for (const { title, projects, args: own } of stages) {
      process.stderr.write(`\n${title}\n`);
      const { passed, failed, skipped } = await runJest(process.cwd(), projects, [...own, ...args]);
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
}
