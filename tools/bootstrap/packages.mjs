import { spawn } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram } from '../servers/find-program.mjs';
import { Failure, diskFull } from './failure.mjs';

/** node_modules takes about 1 GB while npm unpacks it. */
const SPACE_TO_INSTALL_BYTES = 1.5 * 2 ** 30;
const OUTPUT_KEPT = 20_000;

/** Brings node_modules to what package-lock.json says, and leaves it alone when it already is. */
export async function installPackages(root) {
  if (packagesMatchLock(root)) return;
  const { bavail, bsize } = statfsSync(root);
  if (bavail * bsize < SPACE_TO_INSTALL_BYTES) throw diskFull(root);
  process.stderr.write(
    'Installing npm packages (half a minute, the first time and when the lock file changes) ...\n',
  );
  const { code, output } = await runNpm(root, ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code !== 0) throw npmFailure(output);
}

/** Compares the lock file with the record that npm keeps of what it installed. Packages for other systems may be missing. */
export function packagesMatchLock(root) {
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(join(root, 'node_modules/.package-lock.json'));
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === '') return true;
    const found = installed[path];
    return found ? found.version === entry.version : entry.optional === true;
  });
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : undefined;
}

/** npm must not run on a Node inside the folder that it is about to replace. */
function runNpm(root, args) {
  const outside = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.includes('node_modules'))
    .join(delimiter);
  const node = findProgram('node', outside) ?? process.execPath;
  const npm = process.env.npm_execpath;
  const [command, first] = npm?.endsWith('.js') ? [node, [npm]] : ['npm', []];
  const child = spawn(command, [...first, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: outside },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => (output = (output + chunk).slice(-OUTPUT_KEPT)));
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: 1, output: String(error) }));
    child.once('close', (code) => resolve({ code, output }));
  });
}

function npmFailure(output) {
  if (/ENOSPC/.test(output)) return diskFull();
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|ERR_SOCKET|network/i.test(output)) {
    return new Failure(
      'npm could not reach its registry to install the packages.',
      'Check the network and npm\'s "registry" and "proxy" settings (npm config list), then run the command again.',
    );
  }
  if (/EACCES|EPERM/.test(output)) {
    return new Failure(
      'npm may not write to node_modules: it belongs to another user (often because of an earlier run as root).',
      'Run "sudo chown -R $(id -un) node_modules .data dist", then run the command again.',
    );
  }
  if (/ENOENT/.test(output) && /spawn npm/.test(output)) {
    return new Failure('npm is not installed.', 'Install it with Node (https://nodejs.org/en/download).');
  }
  return new Failure(
    `npm ci failed:\n${output.trim()}`,
    'Correct what it names, then run the command again.',
  );
}
