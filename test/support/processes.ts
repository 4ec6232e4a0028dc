import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** A process as /proc shows it. */
export interface Process {
  pid: number;
  parent: number;
  name: string;
}

/** The process that started everything whose data is in `dataDir`. */
export function starterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'start.pid'), 'utf8'));
}

/** All children of a process, theirs included. */
export function descendants(ancestor: number): Process[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => read(Number(pid)) ?? []);
  const below = (parent: number): Process[] =>
    all.filter((process) => process.parent === parent).flatMap((process) => [process, ...below(process.pid)]);
  return below(ancestor);
}

/** Whether this very process still runs: neither gone, nor waiting to be reaped, nor another with its number. */
export function isRunning({ pid, name }: Process): boolean {
  return read(pid)?.name === name;
}

/** How a process was called; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** From /proc/<pid>/stat: `pid (name) state parent ...` */
function read(pid: number): Process | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return undefined;
    return { pid, parent: Number(parent), name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')) };
  } catch {
    return undefined;
  }
}
