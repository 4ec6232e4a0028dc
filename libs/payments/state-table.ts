/** States and, for each, where it may go; a state with an empty list is an end. */
export type StateTable<S extends string> = Readonly<Record<S, readonly S[]>>;

/** A state machine as a table: read, not programmed. */
export interface StateMachine<S extends string> {
  readonly name: string;
  readonly initial: S;
  readonly states: readonly S[];
  /** Whether `from` may become `to`; a state may always stay itself. */
  may(from: S, to: S): boolean;
  /** Whether nothing follows `state`. */
  isEnd(state: S): boolean;
  /** Every state from which `to` may be reached in one step; what a guarded UPDATE lists. */
  before(to: S): S[];
}

/**
 * Builds the machine and checks the table: every state can be reached from `initial`, every target exists, and from
 * every state an end or one of the `resting` states can be reached, in which a thing may stay for good. Called at
 * import, so that a process with a wrong table never starts.
 */
export function stateMachine<S extends string>(
  name: string,
  initial: S,
  table: StateTable<S>,
  resting: readonly S[] = [],
): StateMachine<S> {
  const states = Object.keys(table) as S[];
  const faults = faultsOf(initial, table, states, resting);
  if (faults.length > 0) throw new Error(`The state table of ${name} is wrong: ${faults.join('; ')}`);
  return {
    name,
    initial,
    states,
    may: (from, to) => from === to || table[from].includes(to),
    isEnd: (state) => table[state].length === 0,
    before: (to) => states.filter((from) => table[from].includes(to)),
  };
}

function faultsOf<S extends string>(
  initial: S,
  table: StateTable<S>,
  states: S[],
  resting: readonly S[],
): string[] {
  const faults: string[] = [];
  for (const from of states) {
    for (const to of table[from]) {
      if (!states.includes(to)) faults.push(`${from} leads to ${to}, which is no state`);
      if (to === from) faults.push(`${from} leads to itself`);
    }
    if (new Set(table[from]).size !== table[from].length) faults.push(`${from} names a target twice`);
  }
  if (!states.includes(initial)) return [...faults, `the initial state ${initial} is no state`];
  const reached = reachableFrom(initial, table);
  faults.push(...states.filter((state) => !reached.has(state)).map((state) => `${state} is never reached`));
  const ends = states.filter((state) => table[state].length === 0 || resting.includes(state));
  const stuck = states.filter((state) => !ends.some((end) => reachableFrom(state, table).has(end)));
  return [...faults, ...stuck.map((state) => `${state} has no way to an end`)];
}

function reachableFrom<S extends string>(start: S, table: StateTable<S>): Set<S> {
  const reached = new Set<S>([start]);
  for (const state of reached) for (const next of table[state] ?? []) reached.add(next);
  return reached;
}
