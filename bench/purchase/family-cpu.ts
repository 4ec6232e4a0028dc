import { machineProcesses } from '#servers';

/** Processor time of a process and its present children, from /proc; 0 where there is none. */
export function familyCpuSeconds(pid: number): number {
  return machineProcesses()
    .filter((process) => process.pid === pid || process.parent === pid)
    .reduce((sum, { ownSeconds }) => sum + ownSeconds, 0);
}
