import { formatMoney, type MoneyValue } from '../core/money.ts';
import './money.css';

interface MoneyProps {
  value: MoneyValue;
  /** The regular price, struck through beside a lower one. */
  was?: MoneyValue | null;
}

/** A price in the reader's own notation. */
export function Money({ value, was }: MoneyProps) {
  const lower = was && was.amount > value.amount;
  return (
    <span className="money num">
      {lower && <span className="sr-only">now </span>}
      <span className="money__now">{formatMoney(value)}</span>
      {lower && (
        <>
          <span className="sr-only">, before </span>
          <s className="money__was">{formatMoney(was)}</s>
        </>
      )}
    </span>
  );
}
