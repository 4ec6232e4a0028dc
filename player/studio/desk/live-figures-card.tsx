import { useMemo } from 'react';
import { Figure, Figures } from '../../ui/card.tsx';
import { countOf } from '../../core/count-of.ts';
import { formatMoney } from '../../core/money.ts';
import { useStore } from '../../ui/use-store.ts';
import { LineChart } from '../figures/line-chart.tsx';
import { useStudio } from '../studio-context.ts';

const number = new Intl.NumberFormat();

/** Viewers, sales and talk as they are this second, with the last ten minutes of viewers. */
export function LiveFiguresCard() {
  const { desk } = useStudio();
  const figures = useStore(desk, (state) => state.figures);
  const history = useStore(desk, (state) => state.history);
  const series = useMemo(
    () => ({
      x: history.map(({ at }) => at / 1000),
      lines: [{ label: 'Viewers', values: history.map(({ viewers }) => viewers) }],
    }),
    [history],
  );
  if (!figures) return null;
  return (
    <section
      className="stack"
      aria-label="Live figures"
      style={{ '--gap': 'var(--s-3)' } as React.CSSProperties}
    >
      <Figures>
        <Figure
          label="Watching"
          value={number.format(figures.viewers)}
          note={`peak ${number.format(figures.viewerPeak)} · ${number.format(figures.accounts)} logged in`}
        />
        <Figure
          label="Revenue"
          value={
            figures.revenue.length === 0
              ? '–'
              : figures.revenue.map((money) => formatMoney(money)).join(' + ')
          }
          note={`${countOf(figures.orders, 'order')}, ${countOf(figures.units, 'unit')}`}
        />
        <Figure
          label="Orders a minute"
          value={figures.ordersPerMinute}
          note={`${figures.held} held right now`}
        />
        <Figure
          label="Lines a minute"
          value={figures.chatPerMinute}
          note={countOf(figures.reactionsPerMinute, 'reaction')}
        />
      </Figures>
      {history.length > 1 && (
        <LineChart label="Viewers in the last ten minutes" series={series} height={120} />
      )}
    </section>
  );
}
