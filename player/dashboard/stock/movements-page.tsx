import { X } from 'lucide-react';
import { Link, useSearchParams } from 'react-router';
import { listMembersEndpoint, listMovementsEndpoint, listStockEndpoint, type MovementView } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { usePages, useResource } from '../../app/use-resource.ts';
import { Button, ButtonLink } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { useShop } from '../shop-context.ts';
import { movementKind, spell, when } from '../words.ts';

/** `/dashboard/stock/movements?variant=…`: every unit explained; the amounts of a movement sum to nothing. */
export function MovementsPage() {
  const { shopId } = useShop();
  const [search] = useSearchParams();
  const variantId = search.get('variant');
  const query = { limit: 50, ...(variantId ? { variantId } : {}) };
  const movements = usePages(listMovementsEndpoint, { params: { shopId }, query });
  const stock = usePages(listStockEndpoint, { params: { shopId }, query: { limit: 100, archived: 'true' } });
  const members = useResource(listMembersEndpoint, { params: { shopId } });
  const names = new Map(members.data?.items.map((member) => [member.userId, member.displayName]));
  const titles = new Map(stock.items.map((entry) => [entry.variantId, entry.title]));
  return (
    <>
      <header className="dashboard__head">
        <h1>Movements</h1>
        <Link to="/dashboard/stock">Back to stock</Link>
      </header>
      {variantId && (
        <p className="row">
          Of {titles.get(variantId) ?? 'one variant'}
          <ButtonLink to="/dashboard/stock/movements" size="sm" icon={<X aria-hidden="true" />}>
            Of all
          </ButtonLink>
        </p>
      )}
      {movements.problem && <LoadError problem={movements.problem} retry={movements.reload} />}
      {movements.loading ? (
        <SkeletonLines lines={8} />
      ) : (
        <Table
          caption="Movements of stock, latest first"
          columns={columns(titles, names)}
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

const columns = (
  titles: ReadonlyMap<string, string>,
  names: ReadonlyMap<string, string>,
): Column<MovementView>[] => [
  {
    key: 'variant',
    title: 'Variant',
    render: ({ variantId }) => titles.get(variantId) ?? 'A variant that was removed',
  },
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
  { key: 'reason', title: 'Reason', render: ({ reason }) => (reason ? spell(reason) : '–') },
  {
    key: 'who',
    title: 'Who',
    render: (movement) => whoMoved(movement, names),
  },
];

/** Kinds of movement that buyers make. */
const BY_BUYERS = new Set(['held', 'sold']);

function whoMoved({ actorId, kind }: MovementView, names: ReadonlyMap<string, string>): string {
  if (actorId !== null) return names.get(actorId) ?? 'Somebody who left';
  return BY_BUYERS.has(kind) ? 'A buyer' : 'Automatic';
}

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
