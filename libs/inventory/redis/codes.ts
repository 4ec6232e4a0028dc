/**
 * The first element of every Lua command's reply: positive for done, negative for refused.
 * A number that was used once is never given another meaning, since two versions may share one Redis in a rollout.
 */
export const CODES = {
  ok: 1,
  /** The same request was answered before; the reply repeats that answer. */
  replay: 2,
  stale_epoch: -1,
  not_open: -2,
  closed: -3,
  sold_out: -4,
  limit_reached: -5,
  invalid: -6,
  ended: -7,
  not_held: -8,
  pinned: -9,
  not_enough: -10,
  unknown_variant: -11,
  available: -12,
  exists: -13,
} as const;

/** The name of a reply. */
export type Code = keyof typeof CODES;

const names = new Map<number, Code>(Object.entries(CODES).map(([name, number]) => [number, name as Code]));

/** The one mapper from a reply's number to its name; a number this version does not know is a bug and thrown. */
export function codeName(number: unknown, script: string): Code {
  const name = names.get(Number(number));
  if (!name) throw new Error(`inventory script ${script} answered with unknown code ${String(number)}`);
  return name;
}
