import type { ShowState } from '#contracts';

/** What moves a show. */
export type ShowMove = 'go_live' | 'pause' | 'resume' | 'end';

/** The whole life of a show: what is not listed is refused. */
export const SHOW_STATES: Record<ShowState, Partial<Record<ShowMove, ShowState>>> = {
  scheduled: { go_live: 'live' },
  live: { pause: 'paused', end: 'ended' },
  paused: { resume: 'live', end: 'ended' },
  ended: {},
};

export const FIRST_SHOW_STATE: ShowState = 'scheduled';

/** Where `move` leads from `state`; undefined when the table does not allow it. */
export function nextShowState(state: ShowState, move: ShowMove): ShowState | undefined {
  return SHOW_STATES[state][move];
}

/** Run at start: throws when a state cannot be reached, or the life of a show cannot end from it. */
export function checkShowStates(table: Record<string, Partial<Record<string, string>>> = SHOW_STATES): void {
  const reached = reachableFrom(table, FIRST_SHOW_STATE);
  for (const state of Object.keys(table)) {
    if (!reached.has(state)) throw new Error(`no move leads to the show state ${state}`);
    if (!reachableFrom(table, state).has('ended')) throw new Error(`a show in state ${state} can never end`);
  }
  if (Object.keys(table.ended ?? {}).length > 0) throw new Error('an ended show must not move');
}

function reachableFrom(table: Record<string, Partial<Record<string, string>>>, first: string): Set<string> {
  const reached = new Set([first]);
  for (const state of reached) {
    const moves = table[state];
    if (!moves) throw new Error(`a move leads to the unknown show state ${state}`);
    for (const target of Object.values(moves)) if (target !== undefined) reached.add(target);
  }
  return reached;
}
