import type {
  Claim,
  HoldEnd,
  HoldKey,
  JournalEntry,
  JournalKind,
  LiveState,
  StoredHold,
  TermedLine,
} from '../hold-store.ts';

const STATES = { H: 'held', P: 'paying', S: 'sold', L: 'released', X: 'expired' } as const;
const LETTERS = { held: 'H', paying: 'P', sold: 'S', released: 'L', expired: 'X' } as const;
const KINDS: Record<string, JournalKind> = {
  R: 'reserve',
  P: 'promote',
  S: 'confirm',
  L: 'release',
  X: 'expire',
  V: 'reverse',
  W: 'reverse',
  A: 'adjust',
};

/** A hold's field in Redis. */
export function keyText({ holdId, buyerId }: HoldKey): string {
  return `${holdId}/${buyerId}`;
}

export function parseKey(text: string): HoldKey {
  const slash = text.indexOf('/');
  return { holdId: text.slice(0, slash), buyerId: text.slice(slash + 1) };
}

/** Lines as `variant=quantity=terms`, separated by commas. */
export function linesText(lines: readonly TermedLine[]): string {
  return lines.map((line) => `${line.variantId}=${line.quantity}=${line.terms}`).join(',');
}

export function parseLines(text: string): TermedLine[] {
  if (text === '') return [];
  return text.split(',').map((line) => {
    const [variantId = '', quantity, terms = ''] = line.split('=');
    return { variantId, quantity: Number(quantity), terms };
  });
}

/** `state|expires|started|lines` */
export function holdText(hold: StoredHold): string {
  return `${LETTERS[hold.state]}|${hold.expiresAt}|${hold.startedAt}|${linesText(hold.lines)}`;
}

/** A promoted hold as scripts give it: `key|state|expires|started|lines`. */
export function parseClaim(text: string): Claim {
  const [key = '', , expires, started, lines = ''] = text.split('|');
  return {
    ...parseKey(key),
    expiresAt: Number(expires),
    startedAt: Number(started),
    lines: parseLines(lines),
  };
}

export function parseHold(key: string, text: string, endedAt: number | null): StoredHold {
  const [state, expires, started, lines = ''] = text.split('|');
  return {
    ...parseKey(key),
    state: stateOf(state),
    expiresAt: Number(expires),
    startedAt: Number(started),
    endedAt,
    lines: parseLines(lines),
  };
}

export function stateOf(letter: string | undefined): LiveState | HoldEnd {
  const state = STATES[letter as keyof typeof STATES];
  if (!state) throw new Error(`unknown hold state ${letter}`);
  return state;
}

/** The state of a hold that is not live: `U` is one the engine does not know. */
export function endOf(letter: string): HoldEnd | 'unknown' {
  if (letter === 'U') return 'unknown';
  const state = stateOf(letter);
  if (state === 'held' || state === 'paying') throw new Error(`a hold in state ${state} is not over`);
  return state;
}

/** A journal entry, `kind|key|expires|started|lines`; taken-out reversals are told from others by `outside`. */
export function parseEntry(position: string, text: string): JournalEntry & { outside: boolean } {
  const [kind = '', key = '', expires, started, lines = ''] = text.split('|');
  const name = KINDS[kind];
  if (!name) throw new Error(`unknown journal entry ${kind} at ${position}`);
  return {
    position,
    kind: name,
    outside: kind === 'W',
    hold: key === '' ? null : parseKey(key),
    expiresAt: Number(expires),
    startedAt: Number(started),
    lines: parseLines(lines),
  };
}
