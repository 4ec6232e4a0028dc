import { listChatAuditEndpoint, type ChatAuditRow, type ShowDetail } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { formatMoment } from '../../core/when.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useStudio } from '../studio-context.ts';

const columns = (titles: ReadonlyMap<string, string>): Column<ChatAuditRow>[] => [
  { key: 'at', title: 'When', render: (row) => <span className="num">{formatMoment(row.at)}</span> },
  { key: 'who', title: 'Who', render: (row) => row.actorName },
  { key: 'act', title: 'Did what', render: (row) => row.act.replaceAll('_', ' ') },
  { key: 'whom', title: 'To whom', render: (row) => row.targetName ?? '' },
  {
    key: 'until',
    title: 'Until',
    wideOnly: true,
    render: (row) => (row.until ? formatMoment(row.until) : ''),
  },
  {
    key: 'details',
    title: 'More',
    wideOnly: true,
    render: (row) => (
      <span className="audit__more">{[row.reason, detailsOf(row, titles)].filter(Boolean).join(' · ')}</span>
    ),
  },
];

/** Who did what to whom, and until when. */
export function AuditPage() {
  const { show } = useStudio();
  const audit = usePages(listChatAuditEndpoint, { params: { shopId: show.shopId }, query: { limit: 50 } });
  return (
    <Card title="Audit">
      {audit.problem && <LoadError problem={audit.problem} retry={audit.reload} />}
      {!audit.loading && !audit.problem && (
        <Table
          caption="Audit"
          columns={columns(titlesOf(show))}
          rows={audit.items}
          rowKey={(row) =>
            `${row.at} ${row.actorId} ${row.act} ${row.targetLineId ?? row.targetUserId ?? ''}`
          }
          empty={<EmptyState title="Nothing was done yet" />}
        />
      )}
      {audit.more && <Button onClick={audit.more}>Show more</Button>}
    </Card>
  );
}

/** What the details of an act may name: the products and sales of this show. */
function titlesOf({ lineup, salePlans }: ShowDetail): ReadonlyMap<string, string> {
  return new Map([
    ...lineup.map(({ productId, title }) => [productId, title] as const),
    ...salePlans.map(({ saleId, title }) => [saleId, title] as const),
  ]);
}

/** The details in words; an id says nothing to a person unless it has a title. */
function detailsOf({ details }: ChatAuditRow, titles: ReadonlyMap<string, string>): string {
  return Object.entries(details ?? {})
    .flatMap(([name, value]) => {
      if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return [];
      if (name.endsWith('Id')) return titles.get(String(value)) ?? [];
      return `${name}: ${typeof value === 'boolean' ? (value ? 'yes' : 'no') : value}`;
    })
    .join(', ');
}
