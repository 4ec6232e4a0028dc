// npm run bench purchase [-- --orders 3000 --connections 64]: whole purchases against the payments sandbox.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

const child = spawn(
  process.execPath,
  [
    '--conditions=source',
    '--disable-warning=ExperimentalWarning',
    '--import',
    './libs/testing/compile-on-load.ts',
    'bench/purchase/run.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [code] = (await once(child, 'exit')) as [number | null];
process.exitCode = code ?? 1;
