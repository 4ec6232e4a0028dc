import type { ReactNode } from 'react';
import { Navigate, useLocation } from 'react-router';
import { SkeletonLines } from '../ui/skeleton.tsx';
import { useSession } from './use-services.ts';

/** Shows its content to people with an account; others log in first and come back. */
export function RequireSession({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const { pathname, search, hash } = useLocation();
  if (status === 'unknown') {
    return (
      <div className="page">
        <SkeletonLines lines={6} />
      </div>
    );
  }
  if (status !== 'user')
    return <Navigate replace to={`/login?to=${encodeURIComponent(pathname + search + hash)}`} />;
  return children;
}
