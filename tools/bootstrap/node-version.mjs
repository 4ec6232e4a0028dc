import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { findProgram } from '../servers/find-program.mjs';
import { Failure } from './failure.mjs';

/** npm and this start need no more; the rest runs on the Node that package.json pins. */
const OLDEST_NODE = 20;
/** From here on Node runs TypeScript files as they are. */
const WORKING_NODE = 24;
const FLAGS = ['--conditions=source', '--disable-warning=ExperimentalWarning'];

/** Refuses a Node too old to install the packages. */
export function requireNode(version = process.versions.node) {
  if (major(version) >= OLDEST_NODE) return;
  throw new Failure(
    `Node ${version} is too old: Showfloor needs Node ${OLDEST_NODE} or newer to install itself.`,
    `Install Node ${WORKING_NODE} LTS from https://nodejs.org/en/download (or "nvm install ${WORKING_NODE}"), then run the command again.`,
  );
}

/** Runs a TypeScript program of the repository on Node 24: in this process where that is what runs it, else in a child. */
export async function runProgram(root, program, args) {
  if (major(process.versions.node) >= WORKING_NODE && process.execArgv.includes(FLAGS[0])) {
    process.argv.splice(1, process.argv.length, join(root, program), ...args);
    await import(pathToFileURL(join(root, program)).href);
    return;
  }
  await runChild(findNode(root), [...FLAGS, join(root, program), ...args], root);
}

function findNode(root) {
  const pinned = findProgram('node', join(root, 'node_modules/node/bin'));
  if (pinned && pinned.startsWith(root)) return pinned;
  if (major(process.versions.node) >= WORKING_NODE) return process.execPath;
  throw new Failure(
    `The package "node" that brings Node ${WORKING_NODE} is not complete (npm did not run its install script).`,
    'Run "npm rebuild node --foreground-scripts", then run the command again.',
  );
}

/** Passes signals on and ends as the child does. On Linux the child is told to stop even when this process is killed outright. */
function runChild(node, args, cwd) {
  const guard = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const path = [join(cwd, 'node_modules/.bin'), process.env.PATH].join(':');
  const child = spawn(guard ?? node, guard ? ['--pdeathsig', 'TERM', '--', node, ...args] : args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, PATH: path },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.exitCode = code ?? 128 + constants.signals[signal];
      resolve();
    });
  });
}

function major(version) {
  return Number(version.split('.')[0]);
}
