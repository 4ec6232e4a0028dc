import type { Counters, InspectedDetail, JournalEntry, SaleInspection } from '../hold-store.ts';
import { parseEntry, parseHold, parseKey } from './hold-text.ts';

/** What the command `inspect` writes; Lua writes an empty list as `{}`. */
interface Raw {
  sale: string[];
  variants: [string, string[], string[] | object, number][];
  holds: string[] | object;
  pinned: string[] | object;
  buyers: string[] | object;
  base: string[] | object;
  journal: [string, string[]][] | object;
}

/** The reply of `inspect` as a value, with the journal replayed from its base. */
export function readInspection(json: string, depth: 'counters' | 'holds'): SaleInspection {
  const raw = JSON.parse(json) as Raw;
  const sale = new Map(pairs(raw.sale));
  const variants = list(raw.variants);
  const entries = list<[string, string[]]>(raw.journal).map(([at, fields]) =>
    parseEntry(at, fields[1] ?? ''),
  );
  return {
    epoch: Number(sale.get('epoch')),
    rules: {
      state: sale.get('state') as SaleInspection['rules']['state'],
      startsAt: Number(sale.get('startsAt')) || null,
      endsAt: Number(sale.get('endsAt')) || null,
      limitPerBuyer: Number(sale.get('limit')),
      holdTtlMs: Number(sale.get('ttl')),
    },
    variants: variants.map(([variantId, [stock, available, held, sold, terms], , waiting]) => ({
      variantId,
      ...{ stock: Number(stock), available: Number(available), held: Number(held), sold: Number(sold) },
      terms: terms ?? '',
      waiting,
    })),
    ...(depth === 'holds' ? { detail: detailOf(raw) } : {}),
    replayed: replay(
      new Map(pairs(raw.base)),
      variants.map(([variantId]) => variantId),
      entries,
    ),
  };
}

function detailOf(raw: Raw): InspectedDetail {
  const holds = pairs(raw.holds).filter(([key]) => !key.startsWith('change/'));
  return {
    holds: holds.map(([key, text]) => parseHold(key, text, null)),
    index: list(raw.variants).map(([variantId, , keys]) => ({
      variantId,
      keys: list<string>(keys).map(parseKey),
    })),
    pinned: list<string>(raw.pinned).map(parseKey),
    buyers: pairs(raw.buyers).map(([buyerId, text]) => ({ buyerId, units: Number.parseInt(text, 10) })),
  };
}

/** Counters as the journal's base and the entries after it give them. */
function replay(
  base: Map<string, string>,
  variantIds: readonly string[],
  entries: readonly (JournalEntry & { outside: boolean })[],
): SaleInspection['replayed'] {
  const counters = new Map(
    variantIds.map((id) => {
      const of = (name: string): number => Number(base.get(`${id}/${name}`) ?? 0);
      return [id, { available: of('available'), held: of('held'), sold: of('sold') }];
    }),
  );
  for (const entry of entries) {
    for (const line of entry.lines) {
      const counter = counters.get(line.variantId);
      if (!counter) continue;
      const [available, held, sold] = entry.outside ? OUTSIDE : EFFECTS[entry.kind];
      counter.available += available * line.quantity;
      counter.held += held * line.quantity;
      counter.sold += sold * line.quantity;
    }
  }
  return [...counters].map(([variantId, counter]): Counters & { variantId: string } => ({
    variantId,
    stock: counter.available + counter.held + counter.sold,
    ...counter,
  }));
}

/** What each kind of entry does to available, held and sold; the Lua command `trim` has the same table. */
const EFFECTS: Record<JournalEntry['kind'], readonly [number, number, number]> = {
  reserve: [-1, 1, 0],
  promote: [-1, 1, 0],
  confirm: [0, -1, 1],
  release: [1, -1, 0],
  expire: [1, -1, 0],
  reverse: [1, 0, -1],
  adjust: [1, 0, 0],
};
const OUTSIDE = [0, 0, -1] as const;

function list<T>(value: T[] | object): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function pairs(value: string[] | object): [string, string][] {
  const flat = list<string>(value);
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
}
