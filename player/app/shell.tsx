import { Suspense, useEffect, useRef } from 'react';
import { Outlet, useLocation, useNavigationType } from 'react-router';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { ToastRegion } from '../ui/toast.tsx';
import { Header } from './header.tsx';
import { PageErrorBoundary } from './page-error.tsx';
import './shell.css';

/** The frame of every page: skip link, header, content, notifications. */
export function Shell() {
  const { pathname } = useLocation();
  useScrollToTop(pathname);
  return (
    <div className={pathname.startsWith('/shows/') ? 'shell shell--stage' : 'shell'}>
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
      <ToastRegion />
    </div>
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
