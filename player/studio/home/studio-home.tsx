import { Plus, Radio } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'react-router';
import { listShopShowsEndpoint, type ShopView, type ShowView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { formatWhen } from '../../core/when.ts';
import { ShowStateBadge } from '../../home/show-card.tsx';
import { ShowPoster } from '../../home/show-poster.tsx';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SelectField } from '../../ui/field.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { StreamKeys } from '../stream/stream-keys.tsx';
import { useMay, useMyShops, type MyShops } from '../use-my-shops.ts';
import { NewShow } from './new-show.tsx';
import { OpenShop } from './open-shop.tsx';
import '../../home/home.css';

/** The shows of a shop, a new one, and the keys to stream with. */
export function StudioHome() {
  const mine = useMyShops();
  if (mine.loading) {
    return (
      <div className="page">
        <SkeletonLines lines={6} />
      </div>
    );
  }
  return mine.shop ? (
    <ShopStudio key={mine.shop.shopId} shop={mine.shop} mine={mine} />
  ) : (
    <OpenShop onOpened={mine.reload} />
  );
}

function ShopStudio({ shop, mine }: { shop: ShopView; mine: MyShops }) {
  const may = useMay(shop.shopId);
  const [creating, setCreating] = useState(false);
  const shows = usePages(listShopShowsEndpoint, { params: { shopId: shop.shopId }, query: { limit: 50 } });
  const onAir = shows.items.filter(({ state }) => state === 'live' || state === 'paused');
  const coming = shows.items.filter(({ state }) => state === 'scheduled');
  const over = shows.items.filter(({ state }) => state === 'ended');
  return (
    <div className="page">
      <title>{`Studio of ${shop.name} · Showfloor`}</title>
      <header className="page__head">
        <div>
          <h1>Studio</h1>
          {mine.shops.length > 1 ? (
            <SelectField
              label="Shop"
              bare
              value={shop.shopId}
              onChange={(event) => mine.choose(event.currentTarget.value)}
              options={mine.shops.map(({ shopId, name }) => ({ value: shopId, label: name }))}
            />
          ) : (
            <p className="muted">{shop.name}</p>
          )}
        </div>
        {may('shows:write') && (
          <Button look="volt" size="lg" icon={<Plus />} onClick={() => setCreating(true)}>
            New show
          </Button>
        )}
      </header>
      {shows.problem && <LoadError problem={shows.problem} retry={shows.reload} />}
      {shows.loading && <SkeletonLines lines={6} />}
      {!shows.loading && !shows.problem && shows.items.length === 0 && (
        <EmptyState
          icon={<Radio />}
          title="No shows yet"
          action={
            may('shows:write') && (
              <Button look="primary" onClick={() => setCreating(true)}>
                Announce the first
              </Button>
            )
          }
        >
          A show has a title, a start, and the products you will present.
        </EmptyState>
      )}
      <ShowRows title="On air" shows={onAir} />
      <ShowRows
        title="Coming up"
        shows={[...coming].toSorted((a, b) => a.startsAt.localeCompare(b.startsAt))}
      />
      {may('stream-keys:write') && <StreamKeys shopId={shop.shopId} />}
      <ShowRows title="Over" shows={over} />
      {shows.more && <Button onClick={shows.more}>Show more</Button>}
      <NewShow open={creating} shopId={shop.shopId} onClose={() => setCreating(false)} />
    </div>
  );
}

function ShowRows({ title, shows }: { title: string; shows: readonly ShowView[] }) {
  const { clock } = useServices();
  if (shows.length === 0) return null;
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      <ul role="list" className="show-rows">
        {shows.map((show) => (
          <li key={show.showId}>
            <Link to={`/studio/shows/${show.showId}`} className="show-row">
              <span className="show-row__picture">
                <ShowPoster show={show} />
              </span>
              <span className="grow">
                <b className="show-row__title">{show.title}</b>
                <span className="muted">{formatWhen(show.startsAt, clock.now())}</span>
              </span>
              {show.visibility !== 'public' && (
                <Badge>{show.visibility === 'private' ? 'Private' : 'Unlisted'}</Badge>
              )}
              <ShowStateBadge show={show} />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
