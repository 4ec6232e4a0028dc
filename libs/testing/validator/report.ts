/** A rule that a stream broke. */
export interface Breach {
  rule: string;
  /** Address of the playlist or file. */
  where: string;
  detail: string;
  /** Milliseconds since the validation began, of its first occurrence. */
  atMs: number;
  /** How often it was seen. */
  times: number;
}

/** What a validation found. */
export interface ValidationReport {
  url: string;
  seconds: number;
  breaches: Breach[];
  figures: {
    requests: number;
    renditions: number;
    parts: number;
    segments: number;
    /** Age of a part's last sample when the validator had the playlist that lists it. */
    partAgeMs: { p50: number; p95: number } | undefined;
    /** Time from asking for a playlist that is not there yet to having it. */
    reloadMs: { p50: number; p95: number } | undefined;
  };
}

/** Different breaches kept; a broken stream repeats itself. */
const BREACHES_KEPT = 200;

/** Collects breaches and figures while a stream is played. */
export class Findings {
  readonly partAgesMs: number[] = [];
  readonly reloadsMs: number[] = [];
  requests = 0;
  parts = 0;
  segments = 0;
  private readonly began = performance.now();
  private readonly breaches = new Map<string, Breach>();

  /** Notes a breach; the same rule at the same place counts up. */
  add(rule: string, where: string, detail: string): void {
    const key = `${rule} ${where}`;
    const known = this.breaches.get(key);
    if (known) known.times++;
    else if (this.breaches.size < BREACHES_KEPT) {
      this.breaches.set(key, {
        rule,
        where,
        detail,
        atMs: Math.round(performance.now() - this.began),
        times: 1,
      });
    }
  }

  /** Notes a breach unless `holds`. */
  check(holds: boolean, rule: string, where: string, detail: () => string): void {
    if (!holds) this.add(rule, where, detail());
  }

  report(url: string, seconds: number, renditions: number): ValidationReport {
    const { requests, parts, segments } = this;
    return {
      url,
      seconds,
      breaches: [...this.breaches.values()].toSorted((a, b) => a.atMs - b.atMs),
      figures: {
        requests,
        renditions,
        parts,
        segments,
        partAgeMs: percentiles(this.partAgesMs),
        reloadMs: percentiles(this.reloadsMs),
      },
    };
  }
}

function percentiles(values: readonly number[]): { p50: number; p95: number } | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor(sorted.length * share)] ?? 0);
  return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95) };
}
