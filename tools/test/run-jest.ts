import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { withDeathSignal } from '../servers/death-signal.ts';

/** jest ends by itself a moment after its report, unless a test left something open: that is a failure, not a hang. */
const LINGER_MS = 30_000;
const POLL_MS = 500;

/** What one run of jest counted. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/** The members of jest's JSON report that are read here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  /** Files that could not even be loaded; their tests are not among the failed ones. */
  numRuntimeErrorTestSuites: number;
}

/** Runs some of the jest projects, with their output in the terminal, and resolves with what passed and failed. */
export async function runJest(root: string, projects: string[], args: string[]): Promise<Tally> {
  const folder = mkdtempSync(join(tmpdir(), 'jest-report-'));
  const file = join(folder, 'report.json');
  const jest = [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules/jest/bin/jest.js'),
    '--json',
    `--outputFile=${file}`,
    '--passWithNoTests',
    ...args,
    '--selectProjects',
    ...projects,
  ];
  const guarded = withDeathSignal('SIGTERM', process.execPath, jest);
  // jest's report goes to the file; its lines for people go to stderr, and --json repeats the report on stdout.
  const child = spawn(guarded.command, guarded.args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGTERM', forward);
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const lingering = killWhenLingering(child, file);
  const [code] = await ended;
  process.off('SIGTERM', forward);
  try {
    return tally(file, code, await lingering);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killWhenLingering(child: ReturnType<typeof spawn>, report: string): Promise<boolean> {
  const running = () => child.exitCode === null && child.signalCode === null;
  while (running() && !existsSync(report)) await delay(POLL_MS);
  const until = Date.now() + LINGER_MS;
  while (running() && Date.now() < until) await delay(POLL_MS);
  if (!running()) return false;
  process.stderr.write('jest did not end after its last test: a test left a server, socket or timer open.\n');
  child.kill('SIGKILL');
  return true;
}

function tally(file: string, code: number | null, lingered: boolean): Tally {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8')) as Report;
  const counted = report.numFailedTests + report.numRuntimeErrorTestSuites;
  const unexplained = counted === 0 && code !== 0 && !lingered ? 1 : 0;
  return {
    passed: report.numPassedTests,
    failed: counted + unexplained + (lingered ? 1 : 0),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** The closing line that people and CI read. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
