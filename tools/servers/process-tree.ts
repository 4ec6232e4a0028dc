import { readFileSync, readdirSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** A process of this machine as Linux shows it (proc(5)). */
export interface MachineProcess {
  pid: number;
  parent: number;
  name: string;
  /** Ended, and waiting for its parent to hear of it. */
  isZombie: boolean;
  /** Processor seconds of its own, and of children that it has heard the end of. */
  ownSeconds: number;
  reapedSeconds: number;
}

/** Every process there is now, zombies too; none where there is no /proc. */
export function machineProcesses(): MachineProcess[] {
  try {
    return readdirSync('/proc')
      .filter((entry) => /^\d+$/.test(entry))
      .flatMap((pid) => readProcess(Number(pid)) ?? []);
  } catch {
    return [];
  }
}

/** All children of a process, theirs included, without those that have ended. */
export function descendants(ancestor: number): MachineProcess[] {
  return below(
    ancestor,
    machineProcesses().filter(({ isZombie }) => !isZombie),
  );
}

/** Whether this very process still runs: neither gone, nor waiting to be reaped, nor another with its number. */
export function isRunning({ pid, name }: Pick<MachineProcess, 'pid' | 'name'>): boolean {
  const now = readProcess(pid);
  return now !== undefined && !now.isZombie && now.name === name;
}

/** How a process was called, its words parted by NUL; empty when it is gone. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** Processor seconds that a process and all its descendants, ended ones too, have used so far. */
export function treeSeconds(root: number): number {
  const all = machineProcesses();
  const tree = [...all.filter(({ pid }) => pid === root), ...below(root, all)];
  return tree.reduce((sum, { ownSeconds, reapedSeconds }) => sum + ownSeconds + reapedSeconds, 0);
}

function below(ancestor: number, all: readonly MachineProcess[]): MachineProcess[] {
  return all
    .filter(({ parent }) => parent === ancestor)
    .flatMap((process) => [process, ...below(process.pid, all)]);
}

/** From /proc/<pid>/stat: `pid (name) state parent ...`; the name may hold anything, brackets too. */
function readProcess(pid: number): MachineProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const field = (number: number): number => Number(fields[number - 3]);
    return {
      pid,
      parent: field(4),
      name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
      isZombie: fields[0] === 'Z',
      ownSeconds: (field(14) + field(15)) / TICKS_PER_SECOND,
      reapedSeconds: (field(16) + field(17)) / TICKS_PER_SECOND,
    };
  } catch {
    return undefined;
  }
}
