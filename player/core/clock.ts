/** The server's time as this browser knows it. A device's own clock may be minutes wrong; a countdown must not be. */
export interface ServerClock {
  /** Milliseconds since 1970 on the server. */
  now(): number;
  /**
   * Takes an answer to a question: what the server said its time was, when we asked and when we heard (our clock).
   * `coarseMs` is how far the server's own figure may be off, for sources that count in seconds.
   */
  measured(serverTime: number, askedAt: number, heardAt: number, coarseMs?: number): void;
  /** Takes a message that was not asked for: it left the server at `serverTime` and was on its way for an unknown while. */
  heard(serverTime: number, heardAt: number): void;
  /** How far the true time may lie from the one given; null before the first measurement. */
  uncertaintyMs(): number | null;
}

interface Sample {
  offset: number;
  uncertainty: number;
  heardAt: number;
}

const SAMPLES_KEPT = 12;
/** A device's clock drifts by up to a second an hour: older measurements no longer count. */
const SAMPLE_LIFE_MS = 10 * 60_000;
/** One way to a viewer takes 20-200 ms on usual networks: half of it is assumed, the other half is doubt. */
const ONE_WAY_MS = 100;

/** Creates a clock that trusts its most certain measurement, as NTP trusts the shortest round trip. */
export function createServerClock(localNow: () => number = Date.now): ServerClock {
  let samples: Sample[] = [];
  let best: Sample | null = null;
  const take = (sample: Sample) => {
    if (!Number.isFinite(sample.offset) || sample.uncertainty < 0) return;
    const fresh = samples.filter((old) => sample.heardAt - old.heardAt < SAMPLE_LIFE_MS);
    samples = [...fresh, sample].toSorted(byTrust).slice(0, SAMPLES_KEPT);
    best = samples[0] ?? null;
  };
  return {
    now: () => localNow() + (best?.offset ?? 0),
    measured: (serverTime, askedAt, heardAt, coarseMs = 0) => {
      const roundTrip = heardAt - askedAt;
      take({
        offset: serverTime - (askedAt + roundTrip / 2),
        uncertainty: roundTrip / 2 + (roundTrip < 0 ? -Infinity : coarseMs),
        heardAt,
      });
    },
    heard: (serverTime, heardAt) =>
      take({ offset: serverTime - heardAt + ONE_WAY_MS / 2, uncertainty: ONE_WAY_MS, heardAt }),
    uncertaintyMs: () => best?.uncertainty ?? null,
  };
}

/** Among equally certain ones the largest offset: that message was on its way for the shortest time. */
function byTrust(a: Sample, b: Sample): number {
  return a.uncertainty - b.uncertainty || b.offset - a.offset;
}
