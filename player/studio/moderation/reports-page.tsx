import { Flag } from 'lucide-react';
import { useState } from 'react';
import { decideReportEndpoint, listReportsEndpoint, type HostCommand, type ReportView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { usePages } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { formatMoment } from '../../core/when.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { useCommand, useStudio } from '../studio-context.ts';
import { useWhenChanged } from '../use-when-changed.ts';

type ReportStage = ReportView['state'];

const REASONS: Record<ReportView['reason'], string> = {
  spam: 'Spam',
  abuse: 'Insult',
  hate: 'Hate',
  scam: 'Scam',
  personal_data: 'Personal data',
  other: 'Other',
};

/** What viewers reported; acting on one closes all reports of its line. */
export function ReportsPage() {
  const { show, desk } = useStudio();
  const [state, setState] = useState<ReportStage>('open');
  const reports = usePages(listReportsEndpoint, {
    params: { shopId: show.shopId },
    query: { state, limit: 50 },
  });
  const { reload } = reports;
  useWhenChanged(desk, (now) => now.reports, reload);
  return (
    <Card
      title="Reports"
      aside={
        <Segmented
          label="Which reports"
          value={state}
          onChange={setState}
          options={[
            { value: 'open', label: 'Open' },
            { value: 'acted', label: 'Acted upon' },
            { value: 'dismissed', label: 'Dismissed' },
          ]}
        />
      }
    >
      {reports.problem && <LoadError problem={reports.problem} retry={reload} />}
      {!reports.loading && !reports.problem && reports.items.length === 0 && (
        <EmptyState icon={<Flag />} title={state === 'open' ? 'No open reports' : 'None'} />
      )}
      <ul role="list" className="judge" aria-label="Reports">
        {reports.items.map((report) => (
          <ReportRow key={report.reportId} report={report} onDecided={reload} />
        ))}
      </ul>
      {reports.more && <Button onClick={reports.more}>Show more</Button>}
    </Card>
  );
}

function ReportRow({ report, onDecided }: { report: ReportView; onDecided: () => void }) {
  const { show } = useStudio();
  const { api } = useServices();
  const command = useCommand();
  const { line } = report;
  const decide = useAction((acted: boolean) =>
    api.call(decideReportEndpoint, {
      params: { shopId: show.shopId, reportId: report.reportId },
      body: { acted },
    }),
  );
  const act = async (order: HostCommand | null) => {
    if (order && !(await command(order))) return;
    if (await decide.run(order !== null)) onDecided();
  };
  return (
    <li className="judge__one">
      <div className="grow">
        <p className="judge__text">
          <b>{line.author.name}</b> {line.text}
        </p>
        <p className="judge__note">
          <Badge tone="bad">{REASONS[report.reason]}</Badge>{' '}
          {report.lineState === 'deleted' && <Badge>Deleted</Badge>} {formatMoment(report.at)}
          {report.note && <span> · “{report.note}”</span>}
        </p>
      </div>
      {report.state === 'open' && (
        <>
          <Button
            size="sm"
            look="danger"
            busy={decide.busy}
            onClick={() => void act({ type: 'delete_lines', lineIds: [line.id] })}
          >
            Delete line
          </Button>
          <Button
            size="sm"
            look="danger"
            busy={decide.busy}
            onClick={() => void act({ type: 'timeout', userId: line.author.id, seconds: 600, clear: true })}
          >
            Mute and clear
          </Button>
          <Button size="sm" busy={decide.busy} onClick={() => void act(null)}>
            Nothing wrong
          </Button>
        </>
      )}
    </li>
  );
}
