import type Hls from 'hls.js';

/** A stall that nothing has followed for this long was an accident of the show, not the viewer's network. */
const CALM_MS = 15_000;
/** Who stalls again as soon as the distance is given back has a network that needs it. */
const LONGEST_CALM_MS = 240_000;

/** Says when the distance that stalls have cost may be given back; times in milliseconds. */
export function createStallMemory() {
  let stalledAt: number | null = null;
  let gaveBackAt: number | null = null;
  let calmMs = CALM_MS;
  return {
    handleStall(at: number): void {
      if (stalledAt === null && gaveBackAt !== null) {
        calmMs = at - gaveBackAt < calmMs ? Math.min(2 * calmMs, LONGEST_CALM_MS) : CALM_MS;
      }
      stalledAt = at;
    },
    /** True once after each calm. */
    mayGiveBack(at: number): boolean {
      if (stalledAt === null || at - stalledAt < calmMs) return false;
      stalledAt = null;
      gaveBackAt = at;
      return true;
    },
  };
}

/**
 * After each stall hls.js stays a second further behind the live edge, for the rest of the show. Here that distance is given
 * back when the picture has run calmly for a while: a viewer who saw an outage is as near to the show afterwards as before.
 */
export function giveBackStallDistance(hls: Hls, Engine: typeof Hls, now: () => number): void {
  const memory = createStallMemory();
  let given = false;
  hls.on(Engine.Events.ERROR, (_, { details }) => {
    if (details === Engine.ErrorDetails.BUFFER_STALLED_ERROR) memory.handleStall(now());
  });
  hls.on(Engine.Events.LEVEL_UPDATED, (_, { details: { live, partHoldBack } }) => {
    if (!live || !(partHoldBack > 0)) return;
    // A distance that was set once has to follow the stream's own from then on.
    const isOld = given && hls.config.liveSyncDuration !== partHoldBack;
    if (!memory.mayGiveBack(now()) && !isOld) return;
    given = true;
    hls.targetLatency = partHoldBack;
  });
}
