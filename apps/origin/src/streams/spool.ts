import { mkdir, open, readdir, readFile, rm, stat, writeFile, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Files of one live show on the local disk: its journal, init segments, and segments until the store has them. Parts are
 * appended to their segment's file, so that a part is a range of it and nothing is stored twice.
 */
export class Spool {
  readonly folder: string;
  private readonly writing = new Map<string, { name: string; file: FileHandle }>();

  constructor(folder: string) {
    this.folder = folder;
  }

  get journalPath(): string {
    return join(this.folder, 'journal.ndjson');
  }

  pathOf(rendition: string, name: string): string {
    return join(this.folder, rendition, name);
  }

  /** Makes the folders; safe to repeat. */
  async prepare(rendition?: string): Promise<void> {
    await mkdir(rendition === undefined ? this.folder : join(this.folder, rendition), { recursive: true });
  }

  /** Writes a part at its place in the segment's file; what a crash left behind that place is overwritten. */
  async writePart(rendition: string, name: string, offset: number, bytes: Uint8Array): Promise<void> {
    let current = this.writing.get(rendition);
    if (current?.name !== name) {
      await this.finish(rendition);
      current = { name, file: await open(this.pathOf(rendition, name), offset === 0 ? 'w' : 'r+') };
      this.writing.set(rendition, current);
    }
    try {
      for (let done = 0; done < bytes.length;) {
        const { bytesWritten } = await current.file.write(bytes, done, bytes.length - done, offset + done);
        done += bytesWritten;
      }
    } catch (error) {
      // The next try begins with a file that is opened anew.
      await this.finish(rendition);
      throw error;
    }
  }

  /** Closes the file that a rendition's parts went to. */
  async finish(rendition: string): Promise<void> {
    const current = this.writing.get(rendition);
    this.writing.delete(rendition);
    await current?.file.close();
  }

  async finishAll(): Promise<void> {
    for (const rendition of this.writing.keys()) await this.finish(rendition);
  }

  /** Writes a small file whole. */
  async writeFile(rendition: string, name: string, bytes: Uint8Array): Promise<void> {
    const path = this.pathOf(rendition, name);
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path);
  }

  /** A small file, or undefined. */
  async readFile(rendition: string, name: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.pathOf(rendition, name));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Names of a rendition's files with their sizes. */
  async filesOf(rendition: string): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    for (const name of await readdir(join(this.folder, rendition)).catch(() => [] as string[])) {
      sizes.set(name, (await stat(this.pathOf(rendition, name))).size);
    }
    return sizes;
  }

  /** Removes everything of this show from the local disk. */
  async remove(): Promise<void> {
    await this.finishAll();
    await rm(this.folder, { recursive: true, force: true });
  }
}
