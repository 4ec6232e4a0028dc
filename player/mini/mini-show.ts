import { createStore } from '../core/store.ts';

/** A show that plays on while somebody looks at another page. */
export interface MiniShow {
  showId: string;
  title: string;
  url: string;
  /** Where a recording goes on, seconds; a live show is at its live edge. */
  startAt?: number;
}

/** Set when a show page is left while its picture moves; cleared when a show page opens or the viewer puts it away. */
export const miniShow = createStore<MiniShow | null>(null);
