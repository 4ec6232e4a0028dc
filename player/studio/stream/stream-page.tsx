import { useStudio } from '../studio-context.ts';
import { useMay } from '../use-my-shops.ts';
import { Preview } from '../desk/preview.tsx';
import { StreamHealth } from './stream-health.tsx';
import { StreamKeys } from './stream-keys.tsx';
import { SetUp } from './set-up.tsx';
import { Poster } from './poster.tsx';
import '../desk/desk.css';

/** The way from the encoder to the viewers: set-up, keys, health, preview. */
export function StreamPage() {
  const { show } = useStudio();
  const may = useMay(show.shopId);
  return (
    <div className="two-columns">
      <div className="desk__column">
        <Preview />
        <StreamHealth showId={show.showId} />
      </div>
      <div className="desk__column">
        <SetUp />
        {may('stream-keys:write') && <StreamKeys shopId={show.shopId} />}
        {may('shows:write') && <Poster />}
      </div>
    </div>
  );
}
