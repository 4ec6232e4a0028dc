import { join } from 'node:path';
import { LogFile } from './log-file.ts';

/** Where everything that runs writes: a bounded file each, and the terminal when asked. */
export interface Logs {
  /** A line of a process or server. */
  line(name: string, line: string): void;
  /** A line of the starter itself, always shown. */
  say(text: string): void;
  fileOf(name: string): string;
  close(): void;
}

/** Opens the logs below the data folder. */
export function openLogs(dataDir: string, verbose: boolean): Logs {
  const folder = join(dataDir, 'logs');
  const files = new Map<string, LogFile>();
  const fileOf = (name: string) => join(folder, `${name}.log`);
  const write = (name: string, line: string) => {
    let file = files.get(name);
    if (!file) files.set(name, (file = new LogFile(fileOf(name))));
    file.write(line);
  };
  return {
    fileOf,
    line(name, line) {
      write(name, line);
      if (verbose) process.stdout.write(`${name.padEnd(16)} ${line}\n`);
    },
    say(text) {
      write('start', `${new Date().toISOString()} ${text}`);
      process.stdout.write(`${text}\n`);
    },
    close() {
      for (const file of files.values()) file.close();
      files.clear();
    },
  };
}
