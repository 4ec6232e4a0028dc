import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Seconds; from a cache hit to a call that somebody gave up on. */
const DURATION_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The process's Prometheus registry, served at /metrics. */
export const metrics = new Registry();

let processFiguresOn = false;

/** Adds memory, event-loop lag and garbage-collection figures of this process. */
export function collectProcessMetrics(processName: string): void {
  if (processFiguresOn) return;
  processFiguresOn = true;
  metrics.setDefaultLabels({ process: processName });
  collectDefaultMetrics({ register: metrics });
}

/** A figure that only grows. The same name gives the same counter. */
export function counter<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
): Counter<L> {
  return (
    (metrics.getSingleMetric(name) as Counter<L> | undefined) ??
    new Counter({ name, help, labelNames, registers: [metrics] })
  );
}

/** A figure that goes up and down; with `collect` it is read when scraped. */
export function gauge<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  collect?: (this: Gauge<L>) => void | Promise<void>,
): Gauge<L> {
  return (
    (metrics.getSingleMetric(name) as Gauge<L> | undefined) ??
    new Gauge({ name, help, labelNames, registers: [metrics], ...(collect ? { collect } : {}) })
  );
}

/** A distribution of seconds, or of whatever `buckets` say. */
export function histogram<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  buckets: number[] = DURATION_BUCKETS_S,
): Histogram<L> {
  return (
    (metrics.getSingleMetric(name) as Histogram<L> | undefined) ??
    new Histogram({ name, help, labelNames, buckets, registers: [metrics] })
  );
}
