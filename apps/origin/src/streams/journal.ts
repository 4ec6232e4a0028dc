import { open, readFile, truncate } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { JournalEntry } from './media-rows.ts';

/** Append-only file of one stream's changes: one JSON object a line. */
export class Journal {
  private readonly file: FileHandle;
  private length: number;

  private constructor(file: FileHandle, length: number) {
    this.file = file;
    this.length = length;
  }

  /** Opens or creates the file for appending. */
  static async open(path: string): Promise<Journal> {
    const file = await open(path, 'a');
    return new Journal(file, (await file.stat()).size);
  }

  /**
   * Appends entries with one write. They survive the loss of this process at once; with `durable` they are on the disk
   * when this returns. When it throws (disk full), the file is as it was.
   */
  async append(entries: readonly JournalEntry[], durable = false): Promise<void> {
    const lines = Buffer.from(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    try {
      await this.file.appendFile(lines);
    } catch (error) {
      await this.file.truncate(this.length);
      throw error;
    }
    this.length += lines.length;
    if (durable) await this.file.datasync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}

/**
 * Entries of a journal, oldest first, and how many bytes were cut off its end: a line that a crash left unfinished, or what
 * a loss of power made unreadable. What follows such a line was never acknowledged as durable.
 */
export async function readJournal(path: string): Promise<{ entries: JournalEntry[]; cutBytes: number }> {
  const bytes = await readFile(path);
  const entries: JournalEntry[] = [];
  let read = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, read)) {
    const entry = parseLine(bytes.toString('utf8', read, end));
    if (!entry) break;
    entries.push(entry);
    read = end + 1;
  }
  if (read < bytes.length) await truncate(path, read);
  return { entries, cutBytes: bytes.length - read };
}

function parseLine(line: string): JournalEntry | undefined {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return undefined;
  }
}
