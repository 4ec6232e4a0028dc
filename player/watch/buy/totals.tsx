import type { OrderTotals } from '#contracts';
import { Money } from '../../ui/money.tsx';

/** How the total comes about, as the server counts. */
export function Totals({ totals }: { totals: OrderTotals }) {
  const money = (amount: number) => ({ amount, currency: totals.currency });
  const rate = totals.taxRateBp / 100;
  return (
    <dl className="totals">
      <dt>Items</dt>
      <dd>
        <Money value={money(totals.items)} />
      </dd>
      <dt>
        Shipping
        {totals.shippingSaved > 0 && (
          <span className="totals__saved"> joined with your other order of this show</span>
        )}
      </dt>
      <dd>{totals.shipping === 0 ? 'Free' : <Money value={money(totals.shipping)} />}</dd>
      {totals.tax > 0 && (
        <>
          <dt>{totals.taxIncluded ? `Includes ${rate} % tax` : `${rate} % tax`}</dt>
          <dd>
            <Money value={money(totals.tax)} />
          </dd>
        </>
      )}
      <dt className="totals__sum">Total</dt>
      <dd className="totals__sum">
        <Money value={money(totals.total)} />
      </dd>
    </dl>
  );
}
