import { ExternalLink } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Link, NavLink, Route, Routes, useParams } from 'react-router';
import { getShowEndpoint, type ShowDetail } from '#contracts';
import { useLiveConnection } from '../app/live.ts';
import { NotFound } from '../app/not-found.tsx';
import { LoadError } from '../app/page-error.tsx';
import { useResource } from '../app/use-resource.ts';
import { useServices } from '../app/use-services.ts';
import { presentAt } from '../core/live/cues.ts';
import { createDesk, type Desk } from '../core/live/desk.ts';
import { createLiveShow, type LiveShow } from '../core/live/live-show.ts';
import { browserTimers } from '../core/timers.ts';
import { newId } from '../core/new-id.ts';
import { ShowStateBadge } from '../home/show-card.tsx';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { useStore } from '../ui/use-store.ts';
import { useSales } from '../watch/use-sales.ts';
import { WatchContext } from '../watch/watch-context.ts';
import { AirButtons } from './air-buttons.tsx';
import { ControlDesk } from './desk/control-desk.tsx';
import { EditShow } from './edit-show.tsx';
import { StudioContext } from './studio-context.ts';
import { useMay } from './use-my-shops.ts';

const LineupPage = lazy(async () => ({ default: (await import('./lineup/lineup-page.tsx')).LineupPage }));
const StreamPage = lazy(async () => ({ default: (await import('./stream/stream-page.tsx')).StreamPage }));
const ModerationPage = lazy(async () => ({
  default: (await import('./moderation/moderation-page.tsx')).ModerationPage,
}));
const ReportPage = lazy(async () => ({ default: (await import('./figures/report-page.tsx')).ReportPage }));

/** `/studio/shows/:showId`: everything a host does before, during and after one show. */
export function ControlRoom() {
  const { showId = '' } = useParams();
  const show = useResource(getShowEndpoint, { params: { showId } });
  if (show.problem?.status === 404 || show.problem?.code === 'invalid_request')
    return <NotFound what="show" />;
  if (!show.data) {
    return (
      <div className="page">
        {show.problem ? (
          <LoadError problem={show.problem} retry={show.reload} />
        ) : (
          <SkeletonLines lines={8} label="Loading the show" />
        )}
      </div>
    );
  }
  return <Room key={showId} show={show.data} reload={show.reload} />;
}

/** Joins the room and opens its desk for as long as the page is open. */
function Room({ show, reload }: { show: ShowDetail; reload: () => void }) {
  const connection = useLiveConnection();
  const { api, clock } = useServices();
  const [live] = useState(() =>
    createLiveShow({ api, connection, showId: show.showId, clock, timers: browserTimers, newKey: newId }),
  );
  const [desk] = useState(() => createDesk({ connection, room: live.room, showId: show.showId }));
  useEffect(() => {
    live.enter();
    const closeDesk = desk.open();
    return () => {
      closeDesk();
      live.leave();
    };
  }, [live, desk]);
  useSales(show, live);
  const state = useStore(live.state, (now) => now.show?.state) ?? show.state;
  const [seen, setSeen] = useState(state);
  if (seen !== state) {
    setSeen(state);
    reload(); // the state came over the socket; the other facts of the show come from catalog
  }
  return <Frame show={{ ...show, state }} live={live} desk={desk} reload={reload} />;
}

interface FrameProps {
  show: ShowDetail;
  live: LiveShow;
  desk: Desk;
  reload: () => void;
}

function Frame({ show, live, desk, reload }: FrameProps) {
  const cues = useStore(live.state, (state) => state.cues);
  const base = `/studio/shows/${show.showId}`;
  const may = useMay(show.shopId);
  return (
    <WatchContext value={{ show, live, presentation: presentAt(cues, null), folder: null }}>
      <StudioContext value={{ show, live, desk, reload }}>
        <title>{`${show.title} · Studio`}</title>
        <div className="room">
          <header className="room__head">
            <div className="grow">
              <Link to="/studio" className="muted">
                Studio
              </Link>
              <div className="row">
                <h1 className="room__title">{show.title}</h1>
                <ShowStateBadge show={show} />
              </div>
            </div>
            <Link to={`/shows/${show.showId}`} className="room__link" target="_blank">
              Show page <ExternalLink size={15} aria-label="(new tab)" />
            </Link>
            <EditShow />
            <AirButtons />
          </header>
          <nav className="room__nav" aria-label="Show">
            <NavLink to={base} end>
              Control desk
            </NavLink>
            {may('shows:write') && <NavLink to={`${base}/line-up`}>Line-up and sales</NavLink>}
            {may('shows:run') && <NavLink to={`${base}/stream`}>Stream</NavLink>}
            <NavLink to={`${base}/moderation`}>Moderation</NavLink>
            {may('figures:read') && <NavLink to={`${base}/report`}>Figures</NavLink>}
          </nav>
          <Suspense fallback={<SkeletonLines lines={6} />}>
            <Routes>
              <Route index element={<ControlDesk />} />
              <Route path="line-up" element={<LineupPage />} />
              <Route path="stream" element={<StreamPage />} />
              <Route path="moderation/*" element={<ModerationPage />} />
              <Route path="report" element={<ReportPage />} />
            </Routes>
          </Suspense>
        </div>
      </StudioContext>
    </WatchContext>
  );
}
