import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The process that started everything whose data is in `dataDir`. */
export function starterPid(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'start.pid'), 'utf8'));
}
