import { lazy } from 'react';
import { Navigate, Route, Routes } from 'react-router';
import { RequireSession } from '../app/require-session.tsx';
import { StudioHome } from './home/studio-home.tsx';
import './studio.css';

const ControlRoom = lazy(async () => ({ default: (await import('./control-room.tsx')).ControlRoom }));

/** `/studio`: where hosts prepare and run their shows. */
export function Studio() {
  return (
    <RequireSession>
      <Routes>
        <Route index element={<StudioHome />} />
        <Route path="shows/:showId/*" element={<ControlRoom />} />
        <Route path="*" element={<Navigate replace to="/studio" />} />
      </Routes>
    </RequireSession>
  );
}
