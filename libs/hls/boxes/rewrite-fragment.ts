import { boxesIn, byte, needBox, setU32, setU64, u32, u64 } from './box.ts';

/** What to change in a fragment. */
export interface FragmentChange {
  /** New `mfhd` sequence number. */
  sequence?: number;
  /** Ticks added to every track's decode time; may be negative (an encoder's delay). */
  shiftTicks?: number;
}

/**
 * A copy of a fragment with another sequence number or a moved decode time. Sizes stay, so nothing else has to change.
 * Throws RangeError when a decode time would become negative or outgrow a 32-bit `tfdt`.
 */
export function rewriteFragment(
  fragment: Uint8Array,
  { sequence, shiftTicks = 0 }: FragmentChange,
): Uint8Array {
  const bytes = fragment.slice();
  const moof = needBox(bytes, ['moof']);
  if (sequence !== undefined) setU32(bytes, needBox(bytes, ['mfhd'], moof).body + 4, sequence);
  if (shiftTicks === 0) return bytes;
  for (const traf of boxesIn(bytes, moof.body, moof.end)) {
    if (traf.type !== 'traf') continue;
    const { body } = needBox(bytes, ['tfdt'], traf);
    if (byte(bytes, body) === 1) setU64(bytes, body + 4, u64(bytes, body + 4) + shiftTicks);
    else setU32(bytes, body + 4, u32(bytes, body + 4) + shiftTicks);
  }
  return bytes;
}
