import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Failure } from '../bootstrap/failure.mjs';
import { fingerprint, isSame, readFingerprints, writeFingerprints } from './source-files.ts';

const INPUTS = ['player', 'libs/contracts', 'package-lock.json'];
const RECORD = 'dist/.pages.json';

/** Builds the web pages into player/dist unless nothing they are made of changed. Answers whether it built. */
export async function buildPages(root: string): Promise<boolean> {
  const now = fingerprint(root, INPUTS, (path) => !/\.spec\.tsx?$/.test(path));
  const record = join(root, RECORD);
  if (existsSync(join(root, 'player/dist/index.html')) && isSame(readFingerprints(record), now)) return false;
  await runVite(root);
  mkdirSync(dirname(record), { recursive: true });
  writeFingerprints(record, now);
  return true;
}

/** In a process of its own: vite sets NODE_ENV of the process it runs in. Its configuration is loaded as it is, without a copy. */
async function runVite(root: string): Promise<void> {
  const args = ['build', 'player', '--configLoader', 'native', '--logLevel', 'warn'];
  const vite = spawn(process.execPath, ['node_modules/vite/bin/vite.js', ...args], {
    cwd: root,
    env: { ...process.env, NODE_ENV: 'production' }, // a test runner's own would give the pages React for developers
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [vite.stdout, vite.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  const [code] = (await once(vite, 'close')) as [number | null];
  if (code === 0) return;
  throw new Failure(
    `The pages could not be built:\n${output.trim()}`,
    'Correct what vite names, then run the command again.',
  );
}
