import { spawn, spawnSync } from 'node:child_process';
import { findProgram } from './find-program.mjs';

let setpriv: string | undefined | null = null;

/**
 * The command line that makes the kernel signal a child when its parent dies, even by SIGKILL. Linux only
 * (prctl PR_SET_PDEATHSIG through util-linux's setpriv); elsewhere the command comes back unchanged and
 * `guardWithWatchdog` has to be used.
 */
export function withDeathSignal(signal: NodeJS.Signals, command: string, args: string[]) {
  const guard = findSetpriv();
  if (!guard) return { command, args, guarded: false };
  return {
    command: guard,
    args: ['--pdeathsig', signal.replace('SIG', ''), '--', command, ...args],
    guarded: true,
  };
}

/** For systems without a parent-death signal: a shell that waits for its standard input to close, then signals the child. */
export function guardWithWatchdog(pid: number, signal: NodeJS.Signals): () => void {
  const script = `cat >/dev/null; kill -s ${signal.replace('SIG', '')} "$0" 2>/dev/null`;
  const watchdog = spawn('/bin/sh', ['-c', script, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.on('error', () => undefined);
  watchdog.unref();
  return () => void watchdog.kill('SIGKILL');
}

function findSetpriv(): string | undefined {
  if (setpriv !== null) return setpriv;
  const found = process.platform === 'linux' ? findProgram('setpriv') : undefined;
  const works =
    found && spawnSync(found, ['--pdeathsig', 'TERM', '--', 'true'], { stdio: 'ignore' }).status === 0;
  setpriv = works ? found : undefined;
  return setpriv;
}
