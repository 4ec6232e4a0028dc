// npm run bench holds [-- --seconds 5 --rounds 3 --connections 64 --engine redis|postgres|both]: durable holds against a bare server.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const child = spawn(
  process.execPath,
  [
    '--conditions=source',
    '--disable-warning=ExperimentalWarning',
    '--import',
    './libs/testing/compile-on-load.ts',
    'bench/holds/run.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
