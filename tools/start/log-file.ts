import { closeSync, existsSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Four files of ten megabytes for each process: some days of quiet running, minutes of a flood, never a full disk. */
const MAX_BYTES = 10 * 2 ** 20;
const OLD_FILES = 3;

/** A log that never grows beyond its bounds: `x.log`, then `x.log.1` (newest) to `x.log.3`. */
export class LogFile {
  readonly #path: string;
  #file: number;
  #size: number;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#path = path;
    this.#file = openSync(path, 'a');
    this.#size = fstatSync(this.#file).size;
  }

  write(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    if (this.#size + bytes.length > MAX_BYTES) this.#rotate();
    this.#size += bytes.length;
    writeSync(this.#file, bytes);
  }

  close(): void {
    closeSync(this.#file);
  }

  #rotate(): void {
    closeSync(this.#file);
    shiftFiles(this.#path);
    this.#file = openSync(this.#path, 'a');
    this.#size = 0;
  }
}

/** Renames a log and its predecessors one number up; the oldest is overwritten. */
export function shiftFiles(path: string): void {
  for (let number = OLD_FILES; number >= 1; number -= 1) {
    const from = number === 1 ? path : `${path}.${number - 1}`;
    if (existsSync(from)) renameSync(from, `${path}.${number}`);
  }
}
