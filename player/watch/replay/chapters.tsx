import { Link2, Play } from 'lucide-react';
import { formatPosition } from '../../core/duration.ts';
import type { Playback } from '../../core/playback/playback.ts';
import type { Chapter } from '../../core/replay/chapters.ts';
import { IconButton } from '../../ui/button.tsx';
import { copyText } from '../../ui/copy-text.ts';
import { toast } from '../../ui/toast.tsx';
import { useStore } from '../../ui/use-store.ts';
import { ProductPicture } from '../shelf/product-picture.tsx';
import { useWatch } from '../watch-context.ts';
import './chapters.css';

/** The moments of the show by product: one press goes there. */
export function Chapters({ playback, chapters }: { playback: Playback; chapters: readonly Chapter[] }) {
  const { show } = useWatch();
  // The playlist must be there before a moment of the show has a position.
  useStore(playback, (state) => state.to);
  const placed = chapters
    .map((chapter) => ({ ...chapter, position: playback.positionAt(chapter.mediaTime) }))
    .filter((chapter) => chapter.position !== null);
  if (placed.length === 0) return null;
  return (
    <section className="stack" aria-label="Moments">
      <h2 className="watch__heading">Moments</h2>
      <ol role="list" className="chapters">
        {placed.map(({ mediaTime, product, position }) => {
          const known = show.lineup.find(({ productId }) => productId === product.productId);
          return (
            <li key={mediaTime} className="chapters__one">
              <button type="button" className="chapters__go" onClick={() => goTo(playback, position ?? 0)}>
                <span className="chapters__picture">
                  {known ? <ProductPicture product={known} size="small" /> : <Play aria-hidden="true" />}
                </span>
                <span className="num chapters__time">{formatPosition(position ?? 0)}</span>
                <span className="grow">{product.title}</span>
              </button>
              <IconButton
                label={`Copy link to ${product.title} at ${formatPosition(position ?? 0)}`}
                size="sm"
                onClick={() => void copyLink(position ?? 0)}
              >
                <Link2 />
              </IconButton>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

function goTo(playback: Playback, position: number): void {
  playback.seek(position);
  void playback.play();
}

async function copyLink(position: number): Promise<void> {
  const url = `${location.origin}${location.pathname}?t=${Math.floor(position)}`;
  if (await copyText(url)) toast('Link to this moment copied', 'good');
  else toast(url);
}
