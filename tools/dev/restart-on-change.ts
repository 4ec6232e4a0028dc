import { existsSync, watch } from 'node:fs';
import { compileServer } from '../build/compile-server.ts';
import type { Logs } from '../start/logs.ts';
import type { RunningProcesses } from '../start/run-processes.ts';

const FOLDERS = ['apps', 'libs', 'transcoder', 'infra'];
/** Editors write a file in several steps, and a checkout writes many files. */
const SETTLE_MS = 150;

/** Compiles what changed and starts the processes again that contain it. Answers what ends the watching. */
export function restartOnChange(root: string, processes: RunningProcesses, logs: Logs): () => void {
  let pending: NodeJS.Timeout | undefined;
  let work = Promise.resolve();
  const rebuild = async () => {
    try {
      const { written, removed } = await compileServer(root);
      const names = new Set([...written, ...removed].map(processOf));
      if (names.size === 0) return;
      logs.say(
        `Changed: ${[...written, ...removed].slice(0, 5).join(', ')}; starting ${[...names].join(', ')} again.`,
      );
      processes.restart((name) => names.has('all') || names.has(name));
    } catch (error) {
      logs.say(`Not compiled, so nothing was restarted:\n${(error as Error).message}`);
    }
  };
  const watchers = FOLDERS.filter((folder) => existsSync(folder)).map((folder) =>
    watch(folder, { recursive: true }, () => {
      clearTimeout(pending);
      pending = setTimeout(() => (work = work.then(rebuild)), SETTLE_MS);
    }),
  );
  return () => {
    clearTimeout(pending);
    for (const watcher of watchers) watcher.close();
  };
}

/** The process that a source belongs to; a library belongs to all. */
export function processOf(path: string): string {
  const [folder, name] = path.split('/');
  if (folder === 'apps' && name) return name;
  if (folder === 'transcoder') return 'transcoder';
  return folder === 'infra' ? 'edge' : 'all';
}
