/** The server's time as this browser knows it. A device's own clock may be minutes wrong; a countdown must not be. */
export interface ServerClock {
  /** Milliseconds since 1970 on the server. */
  now(): number;
  /** Takes a measurement: what the server said its time was, and when we asked and heard (our clock). */
  measured(serverTime: number, askedAt: number, heardAt: number): void;
  /** How far the true offset may lie from the one used; null before the first measurement. */
  uncertaintyMs(): number | null;
}

interface Sample {
  offset: number;
  roundTrip: number;
  heardAt: number;
}

const SAMPLES_KEPT = 8;
/** A device's clock drifts by up to a second an hour: older measurements no longer count. */
const SAMPLE_LIFE_MS = 10 * 60_000;

/** Creates a clock that trusts the measurement with the shortest round trip, as NTP does. */
export function createServerClock(localNow: () => number = Date.now): ServerClock {
  let samples: Sample[] = [];
  const best = () => samples.reduce<Sample | null>((a, b) => (a && a.roundTrip <= b.roundTrip ? a : b), null);
  return {
    now: () => localNow() + (best()?.offset ?? 0),
    measured(serverTime, askedAt, heardAt) {
      const roundTrip = heardAt - askedAt;
      if (!Number.isFinite(serverTime) || roundTrip < 0) return;
      const fresh = samples.filter((sample) => heardAt - sample.heardAt < SAMPLE_LIFE_MS);
      samples = [...fresh, { offset: serverTime - (askedAt + roundTrip / 2), roundTrip, heardAt }].slice(-SAMPLES_KEPT);
    },
    uncertaintyMs: () => {
      const sample = best();
      return sample ? sample.roundTrip / 2 : null;
    },
  };
}
