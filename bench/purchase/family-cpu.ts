import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks of the kernel in a second, as every Linux of today has them. */
const TICKS_PER_S = 100;

/** Processor time of a process and its present children, from /proc; 0 where there is none. */
export function familyCpuSeconds(pid: number): number {
  let ticks = 0;
  for (const entry of namesIn('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const fields = statOf(entry);
    // After the command's closing bracket: state, parent, ... user time and system time are 12th and 13th.
    if (entry === String(pid) || fields[1] === String(pid)) ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / TICKS_PER_S;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function statOf(pid: string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return []; // it ended meanwhile
  }
}
