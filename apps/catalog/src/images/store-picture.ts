import type { Query } from '#bus';
import type { EntityManager } from 'typeorm';
import { Picture } from '../database/entities/picture.entity.ts';
import { PictureFiles } from './picture-files.ts';
import type { RenderedPicture } from './render-picture.ts';

/** Pictures that nobody refers to are kept so long: an upload may be on its way into a product. */
const UNUSED_KEEP = '1 day';
const SWEEP_BATCH = 200;

/**
 * Stores a picture in the caller's transaction. The lock keeps the sweep from removing files whose row is about to be
 * written; files come first, so that no row ever names a file that is not there.
 */
export async function storePicture(
  tx: EntityManager,
  query: Query,
  files: PictureFiles,
  picture: RenderedPicture,
): Promise<Picture> {
  const { hash, width, height } = picture;
  await lockPicture(query, hash);
  await files.write(picture);
  const row = tx.create(Picture, { hash, width, height, usedAt: new Date() });
  await tx.upsert(Picture, { ...row }, ['hash']);
  return row;
}

/** Removes pictures that no product and no show refers to any more; gives how many. */
export async function sweepPictures(
  inOneTransaction: <T>(work: (query: Query) => Promise<T>) => Promise<T>,
  files: PictureFiles,
): Promise<number> {
  const unused = `used_at < now() - interval '${UNUSED_KEEP}'
    AND NOT EXISTS (SELECT 1 FROM product_images i WHERE i.hash = pictures.hash)
    AND NOT EXISTS (SELECT 1 FROM shows s WHERE s.poster_hash = pictures.hash)`;
  const found = await inOneTransaction((query) =>
    query<{ hash: string }>(`SELECT hash FROM pictures WHERE ${unused} LIMIT $1`, [SWEEP_BATCH]),
  );
  let removed = 0;
  for (const { hash } of found) {
    await inOneTransaction(async (query) => {
      await lockPicture(query, hash);
      const gone = await query(`DELETE FROM pictures WHERE hash = $1 AND ${unused} RETURNING 1`, [hash]);
      if (gone.length === 0) return;
      await files.remove(hash);
      removed += 1;
    });
  }
  return removed;
}

async function lockPicture(query: Query, hash: string): Promise<void> {
  await query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`picture ${hash}`]);
}
