import { CalendarClock, Play } from 'lucide-react';
import { Link } from 'react-router';
import type { ShowView } from '#contracts';
import { useServices } from '../app/use-services.ts';
import { formatWhen } from '../core/when.ts';
import { Avatar } from '../ui/avatar.tsx';
import { Badge } from '../ui/badge.tsx';
import { Countdown } from '../ui/countdown.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ShowPoster } from './show-poster.tsx';

const SOON_MS = 24 * 3_600_000;

/** A show in a grid. */
export function ShowCard({ show }: { show: ShowView }) {
  const { clock } = useServices();
  return (
    <Link to={`/shows/${show.showId}`} className="show-card">
      <span className="show-card__picture">
        <ShowPoster show={show} />
        <span className="show-card__state">
          <ShowStateBadge show={show} />
        </span>
      </span>
      <span className="show-card__words">
        <Avatar name={show.shopName} seed={show.shopId} size={40} />
        <span className="grow">
          <span className="show-card__title">{show.title}</span>
          <span className="show-card__meta">
            {show.shopName}
            {show.state === 'scheduled' && ` · ${formatWhen(show.startsAt, clock.now())}`}
            {show.state === 'ended' && show.endedAt && ` · ${formatWhen(show.endedAt, clock.now())}`}
          </span>
        </span>
      </span>
    </Link>
  );
}

/** The first live show: as large as the page allows. */
export function LiveCard({ show }: { show: ShowView }) {
  return (
    <Link to={`/shows/${show.showId}`} className="live-card">
      <ShowPoster show={show} eager />
      <span className="live-card__words">
        <ShowStateBadge show={show} />
        <span className="live-card__title">{show.title}</span>
        <span className="live-card__shop">
          <Avatar name={show.shopName} seed={show.shopId} size={28} />
          {show.shopName}
        </span>
        <span className="live-card__go">
          <Play aria-hidden="true" />
          Watch and shop
        </span>
      </span>
    </Link>
  );
}

/** The state of a show in one badge. */
export function ShowStateBadge({ show }: { show: Pick<ShowView, 'state' | 'startsAt' | 'endedAt'> }) {
  const { clock } = useServices();
  if (show.state === 'live')
    return (
      <Badge tone="live" pulse>
        LIVE
      </Badge>
    );
  if (show.state === 'paused') return <Badge tone="warn">Be right back</Badge>;
  if (show.state === 'ended') return <Badge tone="stage">Replay</Badge>;
  const starts = Date.parse(show.startsAt);
  const left = starts - clock.now();
  if (left <= 0) return <Badge tone="stage">Starting soon</Badge>;
  return (
    <Badge tone="stage">
      <CalendarClock aria-hidden="true" />
      {left < SOON_MS ? (
        <Countdown until={starts} now={clock.now} label="Starts in" urgentMs={0} />
      ) : (
        formatWhen(show.startsAt, clock.now())
      )}
    </Badge>
  );
}

export function ShowCardSkeleton({ featured }: { featured?: boolean }) {
  return (
    <div
      className="stack"
      role="status"
      aria-label="Loading shows"
      style={{ '--gap': 'var(--s-3)' } as React.CSSProperties}
    >
      <div className={featured ? 'live-card live-card--empty' : 'show-card__picture'}>
        <Skeleton height="100%" radius="0" />
      </div>
      {!featured && <Skeleton width="70%" height="18px" />}
    </div>
  );
}
