import type { ObjectReading, ObjectStore } from '#storage';
import { isPictureName, pictureName, PICTURE_WIDTHS, type PictureSize } from './picture-address.ts';
import type { RenderedPicture } from './render-picture.ts';

/** Pictures in object storage, below `media/` by the first two letters of their hash. */
export class PictureFiles {
  private readonly store: ObjectStore;

  constructor(store: ObjectStore) {
    this.store = store;
  }

  /** Stores all sizes; when it returns they survive a loss of power. */
  async write({ hash, files }: RenderedPicture): Promise<void> {
    for (const size of sizes()) {
      await this.store.put(keyOf(pictureName(hash, size)), files[size], 'image/webp');
    }
  }

  async remove(hash: string): Promise<void> {
    await this.store.delete(sizes().map((size) => keyOf(pictureName(hash, size))));
  }

  /** What is behind `/media/<name>`, or undefined when there is nothing. */
  async read(name: string): Promise<ObjectReading | undefined> {
    return isPictureName(name) ? this.store.read(keyOf(name)) : undefined;
  }
}

/** `name` begins with the picture's hash. */
function keyOf(name: string): string {
  return `media/${name.slice(0, 2)}/${name}`;
}

function sizes(): PictureSize[] {
  return Object.keys(PICTURE_WIDTHS) as PictureSize[];
}
