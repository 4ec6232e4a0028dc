import { lazy, Suspense, useEffect, useRef } from 'react';
import { Outlet, useLocation, useNavigationType } from 'react-router';
import { miniShow } from '../mini/mini-show.ts';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { ToastRegion } from '../ui/toast.tsx';
import { useStore } from '../ui/use-store.ts';
import { Header } from './header.tsx';
import { PageErrorBoundary } from './page-error.tsx';
import './shell.css';

const MiniPlayer = lazy(async () => ({ default: (await import('../mini/mini-player.tsx')).MiniPlayer }));

/** A show page fills the window and scrolls inside. */
const STAGE = /^\/shows\/[^/]+\/?$/;

/** The frame of every page: skip link, header, content, notifications. */
export function Shell() {
  const { pathname } = useLocation();
  useScrollToTop(pathname);
  return (
    <div className={STAGE.test(pathname) ? 'shell shell--stage' : 'shell'}>
      <a className="shell__skip" href="#content">
        Skip to content
      </a>
      <Header />
      <main id="content" className="shell__main" tabIndex={-1}>
        <PageErrorBoundary key={pathname}>
          <Suspense fallback={<PageLoading />}>
            <Outlet />
          </Suspense>
        </PageErrorBoundary>
      </main>
      <Mini pathname={pathname} />
      <ToastRegion />
    </div>
  );
}

/** A show that was left while it played; not beside a page with a picture of its own. */
function Mini({ pathname }: { pathname: string }) {
  const show = useStore(miniShow);
  if (!show || pathname.startsWith('/shows/') || pathname.startsWith('/studio')) return null;
  return (
    <Suspense>
      <MiniPlayer key={show.showId} show={show} />
    </Suspense>
  );
}

/** What stands until a page's own code and data are there. */
function PageLoading() {
  return (
    <div className="page">
      <SkeletonLines lines={5} label="Loading the page" />
    </div>
  );
}

/** A new page begins at its top; going back keeps the browser's own position. */
function useScrollToTop(pathname: string): void {
  const type = useNavigationType();
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    if (type !== 'POP') window.scrollTo(0, 0);
  }, [pathname, type]);
}
