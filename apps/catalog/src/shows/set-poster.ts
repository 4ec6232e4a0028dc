import type { ShowView } from '#contracts';
import { withTransaction } from '#service';
import { DataSource } from 'typeorm';
import { PictureFiles } from '../images/picture-files.ts';
import type { Upload } from '../images/read-upload.ts';
import { renderPicture } from '../images/render-picture.ts';
import { storePicture } from '../images/store-picture.ts';
import { lockShow, saveShow } from './move-show.ts';
import { shopNameOf, showView } from './show-view.ts';

export type PosterOutcome =
  | { ok: true; show: ShowView }
  | { ok: false; code: 'show_not_found' | 'image_unreadable' | 'image_too_large' | 'unavailable' };

/** Gives a show its picture. */
export class SetPoster {
  private readonly database: DataSource;
  private readonly files: PictureFiles;

  constructor(database: DataSource, files: PictureFiles) {
    this.database = database;
    this.files = files;
  }

  async set(showId: string, upload: Upload): Promise<PosterOutcome> {
    const rendered = await renderPicture(upload.bytes);
    if (!rendered.ok) return rendered;
    return withTransaction(this.database, async (tx, query) => {
      const show = await lockShow(tx, showId);
      if (!show) return { ok: false, code: 'show_not_found' };
      show.posterHash = (await storePicture(tx, query, this.files, rendered.picture)).hash;
      await saveShow(tx, query, show);
      return { ok: true, show: showView(show, await shopNameOf(tx, show.shopId), true) };
    });
  }
}
