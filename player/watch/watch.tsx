import { useEffect, useState } from 'react';
import { useParams } from 'react-router';
import { getShowEndpoint, type ShowDetail } from '#contracts';
import { useLiveConnection } from '../app/live.ts';
import { NotFound } from '../app/not-found.tsx';
import { LoadError } from '../app/page-error.tsx';
import { useResource } from '../app/use-resource.ts';
import { useServices } from '../app/use-services.ts';
import { createLiveShow } from '../core/live/live-show.ts';
import { newId } from '../core/new-id.ts';
import { browserTimers } from '../core/timers.ts';
import { Skeleton } from '../ui/skeleton.tsx';
import { ShowRoom } from './show-room.tsx';
import { loadHls } from './use-playback.ts';
import './watch.css';

/** The largest part of the page, wanted by nearly every show: it travels while the page asks what show this is. */
void loadHls().catch(() => undefined);

/** `/shows/:showId`: before, during and after the show. */
export function Watch() {
  const { showId = '' } = useParams();
  const show = useResource(getShowEndpoint, { params: { showId } });
  if (show.problem?.code === 'show_not_found' || show.problem?.code === 'invalid_request')
    return <NotFound what="show" />;
  if (show.data) return <LiveRoom key={showId} show={show.data} reload={show.reload} />;
  if (show.problem) {
    return (
      <div className="page page--narrow">
        <LoadError problem={show.problem} retry={show.reload} />
      </div>
    );
  }
  return <WatchSkeleton />;
}

/** Joins the room for as long as the page is open. */
function LiveRoom({ show, reload }: { show: ShowDetail; reload: () => void }) {
  const connection = useLiveConnection();
  const { api, clock } = useServices();
  const [live] = useState(() =>
    createLiveShow({
      api,
      connection,
      showId: show.showId,
      clock,
      timers: browserTimers,
      newKey: newId,
    }),
  );
  useEffect(() => {
    live.enter();
    return live.leave;
  }, [live]);
  return <ShowRoom show={show} live={live} reload={reload} />;
}

function WatchSkeleton() {
  return (
    <div className="watch" role="status" aria-label="Loading the show">
      <div className="watch__main">
        <div className="stage stage--empty" />
        <div className="watch__words">
          <Skeleton width="60%" height="28px" />
          <Skeleton width="30%" />
        </div>
      </div>
    </div>
  );
}
