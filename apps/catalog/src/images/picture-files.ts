import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { newId } from '#process';
import { isPictureName, pictureName, PICTURE_WIDTHS, type PictureSize } from './picture-address.ts';
import type { RenderedPicture } from './render-picture.ts';

/** Pictures on the disk, in folders by the first two letters of their hash. */
export class PictureFiles {
  private readonly root: string;

  /** `dataDir`: the process's own folder. */
  constructor(dataDir: string) {
    this.root = join(dataDir, 'media');
  }

  /** Stores all sizes; when it returns they survive a loss of power. */
  async write({ hash, files }: RenderedPicture): Promise<void> {
    const folder = this.folderOf(hash);
    await mkdir(folder, { recursive: true });
    for (const size of sizes()) await writeDurably(folder, pictureName(hash, size), files[size]);
  }

  async remove(hash: string): Promise<void> {
    const folder = this.folderOf(hash);
    for (const size of sizes()) await rm(join(folder, pictureName(hash, size)), { force: true });
  }

  /** The file behind `/media/<name>`, or undefined when there is none. */
  async read(name: string): Promise<{ size: number; stream: ReadStream } | undefined> {
    if (!isPictureName(name)) return undefined;
    const path = join(this.folderOf(name), name);
    try {
      const file = await open(path);
      const { size } = await file.stat();
      return { size, stream: createReadStream(path, { fd: file, highWaterMark: 128 * 1024 }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  private folderOf(hashOrName: string): string {
    return join(this.root, hashOrName.slice(0, 2));
  }
}

function sizes(): PictureSize[] {
  return Object.keys(PICTURE_WIDTHS) as PictureSize[];
}

/** Under another name first, so that nobody ever reads half a file. */
async function writeDurably(folder: string, name: string, bytes: Buffer): Promise<void> {
  const draft = join(folder, `.${name}.${newId()}`);
  try {
    const file = await open(draft, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, join(folder, name));
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}
