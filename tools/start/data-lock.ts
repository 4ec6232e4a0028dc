import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure, diskFull } from '../bootstrap/failure.mjs';
import { isAlive } from '../servers/private-folder.ts';

/** Room for logs, the database's own log and some minutes of recording; below that, servers fail in confusing ways. */
const LEAST_SPACE_BYTES = 500 * 2 ** 20;

/** Makes the data folder and keeps a second start out of it. Answers what gives it free again. */
export function lockDataFolder(dataDir: string): () => void {
  mkdirSync(dataDir, { recursive: true, mode: 0o755 });
  const { bavail, bsize } = statfsSync(dataDir);
  if (bavail * bsize < LEAST_SPACE_BYTES) throw diskFull(dataDir);
  const lock = join(dataDir, 'start.pid');
  const holder = existsSync(lock) ? Number(readFileSync(lock, 'utf8')) : 0;
  if (holder && holder !== process.pid && isAlive(holder) && isStarter(holder)) {
    throw new Failure(
      `Showfloor already runs on ${dataDir} (process ${holder}).`,
      `Stop it with "kill ${holder}", or use another folder: npm start -- --data FOLDER`,
    );
  }
  writeFileSync(lock, String(process.pid));
  return () => rmSync(lock, { force: true });
}

/** After a crash the recorded process id may belong to anything. */
function isStarter(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('node');
  } catch {
    return process.platform !== 'linux';
  }
}
