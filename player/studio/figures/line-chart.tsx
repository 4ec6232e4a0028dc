import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './charts.css';

export interface Series {
  /** Seconds since 1970. */
  x: readonly number[];
  lines: readonly { label: string; values: readonly number[]; bars?: boolean }[];
}

interface LineChartProps {
  label: string;
  series: Series;
  height: number;
}

/** Seconds between marks of time, from one minute up: the finest that a show is counted in. */
const TIME_STEPS_S = [60, 120, 300, 600, 1_800, 3_600, 7_200, 21_600, 86_400];
const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit' });

const COLOURS = ['--chart-1', '--chart-2', '--chart-3'];

/** Values over time. The picture is for eyes; its last values stand in the figures beside it. */
export function LineChart({ label, series, height }: LineChartProps) {
  const host = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(null);
  const shape = JSON.stringify(series.lines.map(({ label, bars }) => [label, bars]));
  useEffect(() => {
    const into = host.current;
    if (!into) return;
    const lines = JSON.parse(shape) as [string, boolean | undefined][];
    const made = new uPlot(
      optionsFor(into, lines, height),
      [[], ...lines.map(() => [])] as uPlot.AlignedData,
      into,
    );
    chart.current = made;
    const resized = new ResizeObserver(() => made.setSize({ width: into.clientWidth, height }));
    resized.observe(into);
    return () => {
      resized.disconnect();
      made.destroy();
      chart.current = null;
    };
  }, [shape, height]);
  useEffect(() => {
    chart.current?.setData([series.x, ...series.lines.map(({ values }) => values)] as uPlot.AlignedData);
  }, [series, shape, height]); // oxlint-disable-line react/exhaustive-effect-dependencies -- a new chart wants the data again
  return <div ref={host} className="chart" role="img" aria-label={label} />;
}

function optionsFor(
  into: HTMLElement,
  lines: [string, boolean | undefined][],
  height: number,
): uPlot.Options {
  const styles = getComputedStyle(into);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const axis = {
    stroke: () => getComputedStyle(into).color,
    grid: { stroke: colour('--chart-grid'), width: 1 },
    ticks: { show: false },
    font: '12px "Geist Variable", sans-serif',
  };
  const bars = uPlot.paths.bars?.({ size: [0.7, 24], align: 1 });
  return {
    width: into.clientWidth || 300,
    height,
    legend: { show: lines.length > 1 },
    cursor: { y: false },
    scales: { y: { range: (_, __, max) => [0, Math.max(4, max * 1.1)] } },
    axes: [
      {
        ...axis,
        incrs: TIME_STEPS_S,
        space: 70,
        values: (_, marks) => marks.map((second) => timeOfDay.format(second * 1000)),
      },
      { ...axis, size: 44 },
    ],
    series: [
      {},
      ...lines.map(([label, asBars], index) => {
        const stroke = colour(COLOURS[index % COLOURS.length] ?? '--chart-1');
        return {
          label,
          stroke,
          width: 2,
          fill: asBars ? stroke : `${stroke}22`,
          points: { show: false },
          ...(asBars && bars ? { paths: bars } : {}),
        };
      }),
    ],
  };
}
