import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { STEPS } from './steps.ts';
import type { Step } from './steps.ts';

// npm run check: what continuous integration holds against every change. Quiet about what is in order.
const root = process.cwd();
const queue = [...STEPS];
const failed: string[] = [];
await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
if (failed.length > 0) console.log(`\nNot in order: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function work(): Promise<void> {
  for (let step = queue.shift(); step; step = queue.shift()) await run(step);
}

async function run(step: Step): Promise<void> {
  const started = performance.now();
  const child = spawn(process.execPath, [...(step.flags ?? []), step.module, ...step.args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, [process.stdout.isTTY ? 'FORCE_COLOR' : 'NO_COLOR']: '1' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  if (code === 0) {
    console.log(`ok      ${step.name} (${seconds} s)`);
    return;
  }
  failed.push(step.name);
  console.log(`\nFAILED  ${step.name} (${seconds} s)\n${output.trim()}\n${step.remedy}\n`);
}
