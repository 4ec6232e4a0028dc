import { CalendarClock, Radio } from 'lucide-react';
import { listShowsEndpoint } from '#contracts';
import { LoadError } from '../app/page-error.tsx';
import { usePages } from '../app/use-resource.ts';
import { Button } from '../ui/button.tsx';
import { EmptyState } from '../ui/empty-state.tsx';
import './home.css';
import { LiveCard, ShowCard, ShowCardSkeleton } from './show-card.tsx';

/** `/`: what is on air now, what comes next, and what can be watched again. */
export function Home() {
  return (
    <div className="page">
      <title>Live shopping · Showfloor</title>
      <LiveNow />
      <ShowShelf state="scheduled" title="Coming up" empty="No show is announced. Come back soon." />
      <ShowShelf state="ended" title="Watch again" />
    </div>
  );
}

function LiveNow() {
  const shows = usePages(listShowsEndpoint, { query: { state: 'live', limit: 12 } });
  const [first, ...others] = shows.items;
  return (
    <section className="stack" aria-labelledby="live-now">
      <h1 id="live-now" className="home__title">
        Live now
      </h1>
      {shows.problem && <LoadError problem={shows.problem} retry={shows.reload} />}
      {shows.loading && <ShowCardSkeleton featured />}
      {first && <LiveCard show={first} />}
      {others.length > 0 && (
        <ul role="list" className="home__grid">
          {others.map((show) => (
            <li key={show.showId}>
              <ShowCard show={show} />
            </li>
          ))}
        </ul>
      )}
      {!shows.loading && !shows.problem && !first && (
        <EmptyState icon={<Radio />} title="Nobody is live right now">
          When a show starts it appears here within seconds.
        </EmptyState>
      )}
      {shows.more && <Button onClick={shows.more}>Show more</Button>}
    </section>
  );
}

interface ShelfProps {
  state: 'scheduled' | 'ended';
  title: string;
  empty?: string;
}

function ShowShelf({ state, title, empty }: ShelfProps) {
  const shows = usePages(listShowsEndpoint, { query: { state, limit: 12 } });
  const nothing = !shows.loading && !shows.problem && shows.items.length === 0;
  if (nothing && !empty) return null;
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      {shows.problem && <LoadError problem={shows.problem} retry={shows.reload} />}
      {nothing && <EmptyState icon={<CalendarClock />} title={empty ?? ''} />}
      <ul role="list" className="home__grid">
        {shows.loading &&
          [1, 2, 3].map((n) => (
            <li key={n}>
              <ShowCardSkeleton />
            </li>
          ))}
        {shows.items.map((show) => (
          <li key={show.showId}>
            <ShowCard show={show} />
          </li>
        ))}
      </ul>
      {shows.more && (
        <div>
          <Button onClick={shows.more}>Show more</Button>
        </div>
      )}
    </section>
  );
}
