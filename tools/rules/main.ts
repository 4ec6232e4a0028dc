import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fingerprint } from '../build/source-files.ts';
import { findDoubleMembers, findLockFaults } from './lock-file.ts';
import { findBreaches } from './source-rules.ts';

const FOLDERS = ['apps', 'libs', 'transcoder', 'player', 'tools', 'infra', 'test', 'bench'];

// The rules of docs/ARCHITECTURE.md: who imports whom, and habits that imports do not show.
const root = process.cwd();
const folders = FOLDERS.filter((folder) => existsSync(folder));
const cruiser = spawnSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    ...['--config', 'tools/rules/dependency-rules.mjs', '--output-type', 'err-long'],
    ...folders,
  ],
  { cwd: root, stdio: 'inherit' },
);
const files = Object.keys(
  fingerprint(root, folders, (path) => /\.tsx?$/.test(path) && !path.endsWith('.generated.ts')),
);
const breaches = [...findBreaches(root, files), ...findLockFaults(root), ...findDoubleMembers(root)];
for (const breach of breaches) console.error(`  ${breach}\n`);
process.exitCode = cruiser.status === 0 && breaches.length === 0 ? 0 : 1;
