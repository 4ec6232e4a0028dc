/** What is known of a live picture, a few times a second. */
export interface FollowSample {
  at: number;
  /** How far the picture is behind the live edge, seconds. */
  behindS: number;
  /** How far it should be: the stream's own hold-back. */
  targetS: number;
  /** Position of the picture, seconds; one that stands still while it should move is stuck. */
  position: number;
  /** The viewer wants to be at the live edge: not paused, not rewound. */
  following: boolean;
}

export type FollowAct = 'stay' | 'jump' | 'rebuild';

/** Beyond this much over the target, catching up a tenth faster takes too long: the picture jumps. */
const TOO_FAR_S = 8;
/** A short dip of the network passes by itself; a jump is for what lasts. */
const LASTS_MS = 3_000;
const STUCK_JUMP_MS = 6_000;
const STUCK_REBUILD_MS = 14_000;

/** Keeps a live picture near the live edge when gentle catch-up cannot, and gets a stuck one moving. */
export function createLiveFollow() {
  let farSince: number | null = null;
  let movedAt: number | null = null;
  let position = Number.NaN;
  let jumpedWhileStuck = false;
  return ({ at, behindS, targetS, position: now, following }: FollowSample): FollowAct => {
    if (!following || movedAt === null || now !== position) {
      movedAt = at;
      position = now;
      jumpedWhileStuck = false;
    }
    if (!following) {
      farSince = null;
      return 'stay';
    }
    const still = at - movedAt;
    if (still >= STUCK_REBUILD_MS) {
      movedAt = at;
      return 'rebuild';
    }
    if (still >= STUCK_JUMP_MS && !jumpedWhileStuck) {
      jumpedWhileStuck = true;
      return 'jump';
    }
    if (behindS <= targetS + TOO_FAR_S) farSince = null;
    else farSince ??= at;
    if (farSince === null || at - farSince < LASTS_MS) return 'stay';
    farSince = null;
    return 'jump';
  };
}
