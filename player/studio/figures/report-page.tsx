import { Download } from 'lucide-react';
import { useEffect } from 'react';
import { listFiguresEndpoint, type FigureMinute } from '#contracts';
import { LoadError } from '../../app/page-error.tsx';
import { useResource } from '../../app/use-resource.ts';
import { formatMoney } from '../../core/money.ts';
import { Button } from '../../ui/button.tsx';
import { Card, Figure, Figures } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { useStudio } from '../studio-context.ts';
import { countOf } from '../../core/count-of.ts';
import { everyMinute } from './every-minute.ts';
import { figuresCsv } from './figures-csv.ts';
import { LineChart } from './line-chart.tsx';

const number = new Intl.NumberFormat();
const LOOK_EVERY_MS = 15_000;

/** The show in figures, minute by minute, while it runs and afterwards. */
export function ReportPage() {
  const { show } = useStudio();
  const figures = useResource(listFiguresEndpoint, { params: { showId: show.showId } });
  const { reload } = figures;
  const running = show.state === 'live' || show.state === 'paused';
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(() => !document.hidden && reload(), LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [running, reload]);
  if (figures.problem && !figures.data) return <LoadError problem={figures.problem} retry={reload} />;
  if (!figures.data) return <SkeletonLines lines={6} label="Loading figures" />;
  const { minutes, totals } = figures.data;
  if (minutes.length === 0)
    return <EmptyState title="No figures yet">They begin with the first viewer.</EmptyState>;
  const drawn = everyMinute(minutes);
  const x = drawn.map(({ minute }) => minute / 1000);
  return (
    <div className="desk__column">
      <Figures>
        <Figure label="Most viewers at once" value={number.format(totals.viewerPeak)} />
        <Figure label="Orders" value={number.format(totals.orders)} note={countOf(totals.units, 'unit')} />
        <Figure
          label="Revenue"
          value={totals.revenue.map((money) => formatMoney(money)).join(' + ') || '–'}
        />
        <Figure
          label="Chat lines"
          value={number.format(totals.lines)}
          note={countOf(totals.reactions, 'reaction')}
        />
      </Figures>
      <Card title="Viewers">
        <LineChart
          label="Viewers by minute"
          height={220}
          series={{ x, lines: [{ label: 'Viewers', values: drawn.map(({ viewers }) => viewers) }] }}
        />
      </Card>
      <Card title="Orders and talk by minute">
        <LineChart
          label="Orders and chat lines by minute"
          height={220}
          series={{
            x,
            lines: [
              { label: 'Chat lines', values: drawn.map(({ lines }) => lines) },
              { label: 'Orders', values: drawn.map(({ orders }) => orders) },
            ],
          }}
        />
      </Card>
      <div>
        <Button icon={<Download />} onClick={() => download(show.title, minutes)}>
          Download as CSV
        </Button>
      </div>
    </div>
  );
}

function download(title: string, minutes: readonly FigureMinute[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([figuresCsv(minutes)], { type: 'text/csv' }));
  link.download = `${title}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
