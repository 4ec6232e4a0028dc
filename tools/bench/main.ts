import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, globSync } from 'node:fs';
import { Failure, explain } from '../bootstrap/failure.mjs';
import { buildAll } from '../build/build.ts';
import { withDeathSignal } from '../servers/death-signal.ts';

// npm run bench NAME [-- ARGUMENTS]: one load program; its last line is one JSON object.
try {
  const [name = '', ...args] = process.argv.slice(2);
  const program = [`bench/${name}.ts`, `bench/${name}/main.ts`].find((path) => name && existsSync(path));
  if (!program) throw unknownBench(name);
  await buildAll(process.cwd());
  process.exitCode = await run(program, args);
} catch (error) {
  process.stderr.write(`\n${explain(error)}\n`);
  process.exitCode = 1;
}

function unknownBench(name: string): Failure {
  const names = [...globSync('bench/*/main.ts'), ...globSync('bench/*.ts')]
    .map((path) => path.replace(/^bench\//, '').replace(/(\/main)?\.ts$/, ''))
    .filter((candidate) => !candidate.endsWith('.spec'));
  return new Failure(
    name ? `There is no benchmark "${name}".` : 'Which benchmark?',
    `npm run bench NAME, with one of: ${names.toSorted().join(', ')}.`,
  );
}

async function run(program: string, args: string[]): Promise<number> {
  const flags = ['--conditions=source', '--disable-warning=ExperimentalWarning'];
  const guarded = withDeathSignal('SIGTERM', process.execPath, [...flags, program, ...args]);
  const child = spawn(guarded.command, guarded.args, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [code] = (await once(child, 'exit')) as [number | null];
  return code ?? 1;
}
