import { UserCheck } from 'lucide-react';
import { useState } from 'react';
import {
  decideUnbanEndpoint,
  listSanctionsEndpoint,
  listUnbanRequestsEndpoint,
  type SanctionView,
  type UnbanRequestView,
} from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useAction } from '../../app/use-action.ts';
import { usePages } from '../../app/use-resource.ts';
import { useServices } from '../../app/use-services.ts';
import { formatMoment } from '../../core/when.ts';
import { Badge } from '../../ui/badge.tsx';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { CheckField } from '../../ui/field.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useCommand, useStudio } from '../studio-context.ts';

const KIND: Record<SanctionView['kind'], { word: string; tone: 'warn' | 'bad' | 'plain' }> = {
  timeout: { word: 'Muted', tone: 'warn' },
  ban: { word: 'Banned', tone: 'bad' },
  shadow: { word: 'Shadow-banned', tone: 'plain' },
};

/** Who is restricted in the rooms of the shop, and who asks to come back. */
export function BansPage() {
  const { show } = useStudio();
  const command = useCommand();
  const [all, setAll] = useState(false);
  const sanctions = usePages(listSanctionsEndpoint, {
    params: { shopId: show.shopId },
    query: { all: all ? 'true' : 'false', limit: 50 },
  });
  const lift = async (userId: string) => {
    if (await command({ type: 'lift', userId }, 'May write again')) sanctions.reload();
  };
  const columns: Column<SanctionView>[] = [
    { key: 'who', title: 'Who', render: (row) => row.userName ?? 'Never wrote' },
    {
      key: 'kind',
      title: 'What',
      render: (row) => <Badge tone={KIND[row.kind].tone}>{KIND[row.kind].word}</Badge>,
    },
    {
      key: 'until',
      title: 'Until',
      render: (row) =>
        row.endedAt ? `Ended ${formatMoment(row.endedAt)}` : row.until ? formatMoment(row.until) : 'For good',
    },
    { key: 'reason', title: 'Reason', wideOnly: true, render: (row) => row.reason ?? '–' },
    { key: 'since', title: 'Since', wideOnly: true, render: (row) => formatMoment(row.at) },
    {
      key: 'act',
      title: <span className="sr-only">Lift</span>,
      render: (row) =>
        row.endedAt === null && (
          <Button
            size="sm"
            aria-label={`Lift for ${row.userName ?? 'this person'}`}
            onClick={() => void lift(row.userId)}
          >
            Lift
          </Button>
        ),
    },
  ];
  return (
    <>
      <UnbanRequests onDecided={sanctions.reload} />
      <Card
        title="Bans and timeouts"
        aside={
          <CheckField
            as="switch"
            label="Also what is over"
            checked={all}
            onChange={(event) => setAll(event.currentTarget.checked)}
          />
        }
      >
        {sanctions.problem && <LoadError problem={sanctions.problem} retry={sanctions.reload} />}
        {!sanctions.loading && !sanctions.problem && (
          <Table
            caption="Bans and timeouts"
            columns={columns}
            rows={sanctions.items}
            rowKey={(row) => row.sanctionId}
            empty={<EmptyState icon={<UserCheck />} title="Nobody is restricted" />}
          />
        )}
        {sanctions.more && <Button onClick={sanctions.more}>Show more</Button>}
      </Card>
    </>
  );
}

function UnbanRequests({ onDecided }: { onDecided: () => void }) {
  const { show } = useStudio();
  const requests = usePages(listUnbanRequestsEndpoint, {
    params: { shopId: show.shopId },
    query: { limit: 50 },
  });
  if (requests.items.length === 0) return null;
  const decided = () => {
    requests.reload();
    onDecided();
  };
  return (
    <Card title="They ask to come back">
      <ul role="list" className="judge" aria-label="Requests to come back">
        {requests.items.map((request) => (
          <UnbanRow key={request.requestId} request={request} onDecided={decided} />
        ))}
      </ul>
    </Card>
  );
}

function UnbanRow({ request, onDecided }: { request: UnbanRequestView; onDecided: () => void }) {
  const { show } = useStudio();
  const { api } = useServices();
  const decide = useAction((accept: boolean) =>
    api.call(decideUnbanEndpoint, {
      params: { shopId: show.shopId, requestId: request.requestId },
      body: { accept },
    }),
  );
  const answer = async (accept: boolean) => {
    if (await decide.run(accept)) onDecided();
  };
  return (
    <li className="judge__one">
      <div className="grow">
        <p className="judge__text">
          <b>{request.userName}</b> {request.message}
        </p>
        <p className="judge__note">
          <Badge tone={KIND[request.sanction.kind].tone}>{KIND[request.sanction.kind].word}</Badge>{' '}
          {formatMoment(request.at)}
        </p>
      </div>
      <Button size="sm" look="primary" busy={decide.busy} onClick={() => void answer(true)}>
        Let back in
      </Button>
      <Button size="sm" busy={decide.busy} onClick={() => void answer(false)}>
        Refuse
      </Button>
    </li>
  );
}
