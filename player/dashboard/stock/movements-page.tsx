import { Link } from 'react-router';
import { listMovementsEndpoint, type MovementView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages } from '../../app/use-resource.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { movementKind, when } from '../words.ts';

/** `/dashboard/stock/movements`: every unit explained; the amounts of a movement sum to nothing. */
export function MovementsPage() {
  const { shopId } = useShop();
  const movements = usePages(listMovementsEndpoint, { params: { shopId }, query: { limit: 50 } });
  return (
    <>
      <header className="dashboard__head">
        <h1>Movements</h1>
        <Link to="/dashboard/stock">Back to stock</Link>
      </header>
      {movements.problem && <LoadError problem={movements.problem} retry={movements.reload} />}
      {movements.loading ? (
        <SkeletonLines lines={8} />
      ) : (
        <Table
          caption="Movements of stock, latest first"
          columns={COLUMNS}
          rows={movements.items}
          rowKey={(movement) => `${movement.eventId} ${movement.variantId}`}
          empty={<EmptyState title="Nothing has moved yet" />}
        />
      )}
      {movements.more && (
        <div>
          <Button onClick={movements.more}>Show more</Button>
        </div>
      )}
    </>
  );
}

const COLUMNS: Column<MovementView>[] = [
  { key: 'at', title: 'When', render: ({ at }) => <time dateTime={at}>{when(at)}</time> },
  { key: 'kind', title: 'What', render: ({ kind }) => movementKind(kind) },
  {
    key: 'moves',
    title: 'From and to',
    render: ({ moves }) => (
      <span className="moves num">
        {moves.map((move) => (
          <span key={move.account} className={move.amount > 0 ? 'moves__up' : 'moves__down'}>
            {accountName(move.account)} {move.amount > 0 ? `+${move.amount}` : `−${-move.amount}`}
          </span>
        ))}
      </span>
    ),
  },
  { key: 'reason', title: 'Reason', wideOnly: true, render: ({ reason }) => reason || '–' },
];

const ACCOUNTS: Record<string, string> = {
  inbound: 'Outside',
  warehouse: 'Warehouse',
  returned: 'To inspect',
  shrink: 'Written off',
  sale: 'On sale',
  held: 'Held',
  sold: 'Sold',
};

function accountName(account: string): string {
  return ACCOUNTS[account.split(':')[0] ?? ''] ?? account;
}
