import type { CSSProperties } from 'react';
import type { ShowView } from '#contracts';
import { hueOf } from '../ui/avatar.tsx';

/** The picture of a show; without one, an abstract stage in a colour of its own. */
export function ShowPoster({
  show,
  eager,
}: {
  show: Pick<ShowView, 'showId' | 'posterUrl'>;
  eager?: boolean;
}) {
  if (show.posterUrl) {
    return (
      <img
        className="poster"
        src={show.posterUrl}
        alt=""
        loading={eager ? 'eager' : 'lazy'}
        decoding="async"
      />
    );
  }
  return (
    <span
      className="poster poster--drawn"
      style={{ '--hue': hueOf(show.showId) } as CSSProperties}
      aria-hidden="true"
    />
  );
}
