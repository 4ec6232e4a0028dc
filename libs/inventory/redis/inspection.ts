import type { Counters, InspectedDetail, SaleInspection } from '../hold-store.ts';
import { replay } from '../replay-journal.ts';
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
      baseOf(
        new Map(pairs(raw.base)),
        variants.map(([variantId]) => variantId),
      ),
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

/** The counters that the journal begins from; a variant that came later begins from nothing. */
function baseOf(base: Map<string, string>, variantIds: readonly string[]): Map<string, Counters> {
  return new Map(
    variantIds.map((id) => {
      const of = (name: string): number => Number(base.get(`${id}/${name}`) ?? 0);
      const [available, held, sold] = [of('available'), of('held'), of('sold')];
      return [id, { stock: available + held + sold, available, held, sold }];
    }),
  );
}

function list<T>(value: T[] | object): T[] {
  return Array.isArray(value) ? (value as T[]) : [];
}

function pairs(value: string[] | object): [string, string][] {
  const flat = list<string>(value);
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i] ?? '', flat[2 * i + 1] ?? '']);
}
