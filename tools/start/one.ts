import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { join } from 'node:path';
import { Failure, explain } from '../bootstrap/failure.mjs';
import { compileServer } from '../build/compile-server.ts';
import { buildAll } from '../build/build.ts';
import { withDeathSignal } from '../servers/death-signal.ts';
import { PROCESSES } from './processes.ts';

// npm run start:<process>: one process alone, with the environment as it is. Its faults are named by the process itself.
const root = process.cwd();
try {
  process.exitCode = await startOne(process.argv[2] ?? '');
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exitCode = 1;
}

async function startOne(name: string): Promise<number> {
  const plan = PROCESSES.find((candidate) => candidate.name === name);
  if (!plan) {
    const names = PROCESSES.map((candidate) => candidate.name).join(', ');
    throw new Failure(`There is no process "${name}".`, `The processes are ${names}.`);
  }
  await (name === 'edge' ? buildAll(root) : compileServer(root));
  const { command, args } = withDeathSignal('SIGTERM', process.execPath, [
    '--enable-source-maps',
    join(root, 'dist', plan.main),
  ]);
  const child = spawn(command, args, { cwd: root, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return code ?? 128 + constants.signals[signal ?? 'SIGTERM'];
}
