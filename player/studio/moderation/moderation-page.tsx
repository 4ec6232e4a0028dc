import { NavLink, Navigate, Route, Routes } from 'react-router';
import type { ChatRight } from '#contracts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useStore } from '../../ui/use-store.ts';
import { useStudio } from '../studio-context.ts';
import { AuditPage } from './audit-page.tsx';
import { BansPage } from './bans-page.tsx';
import { ModesPage } from './modes-page.tsx';
import './moderation.css';
import { QueuePage } from './queue-page.tsx';
import { ReportsPage } from './reports-page.tsx';
import { RolesPage } from './roles-page.tsx';
import { WordsPage } from './words-page.tsx';

const PARTS: readonly { path: string; label: string; right: ChatRight }[] = [
  { path: 'queue', label: 'Queue', right: 'queue' },
  { path: 'reports', label: 'Reports', right: 'reports' },
  { path: 'bans', label: 'Bans', right: 'ban' },
  { path: 'words', label: 'Words', right: 'words' },
  { path: 'modes', label: 'Modes', right: 'modes' },
  { path: 'people', label: 'Moderators', right: 'roles' },
  { path: 'audit', label: 'Audit', right: 'audit' },
];

/** What moderators need, each part for those who have the right to it. */
export function ModerationPage() {
  const { live, desk, show } = useStudio();
  const room = useStore(live.room);
  const waiting = useStore(desk, (state) => state.waiting.length);
  const reports = useStore(desk, (state) => state.figures?.reports ?? state.reports.length);
  if (room.kind !== 'joined') return <EmptyState title="Joining the room …" />;
  const allowed = PARTS.filter(({ right }) => room.you.rights.includes(right));
  const [first] = allowed;
  if (!first)
    return (
      <EmptyState title="You have no part in moderation here">
        The shop can give you single rights.
      </EmptyState>
    );
  const base = `/studio/shows/${show.showId}/moderation`;
  const counts: Record<string, number> = { queue: waiting, reports };
  return (
    <div className="moderation">
      <nav className="moderation__nav" aria-label="Moderation">
        {allowed.map(({ path, label }) => (
          <NavLink key={path} to={`${base}/${path}`}>
            {label}
            {counts[path] ? <span className="tabs__count num">{counts[path]}</span> : null}
          </NavLink>
        ))}
      </nav>
      <div className="moderation__main">
        <Routes>
          <Route index element={<Navigate replace to={`${base}/${first.path}`} />} />
          <Route path="queue" element={<QueuePage />} />
          <Route path="reports" element={<ReportsPage />} />
          <Route path="bans" element={<BansPage />} />
          <Route path="words" element={<WordsPage />} />
          <Route path="modes" element={<ModesPage />} />
          <Route path="people" element={<RolesPage />} />
          <Route path="audit" element={<AuditPage />} />
        </Routes>
      </div>
    </div>
  );
}
