import type { HoldKey, HoldStore, ReserveAnswer, ReserveRequest } from './hold-store.ts';

/** How long a sold-out answer stands for later requests: a herd is told without asking the engine each time. */
const STANDS_MS = 100;
/** Variants remembered at a time. */
const MOST_REMEMBERED = 10_000;

/** Calls after which units may be there again, or rules may be others. */
const MAY_FREE = new Set<keyof HoldStore>([
  ...(['open', 'release', 'expire', 'sweep', 'adjust', 'reverse', 'change', 'promote', 'close'] as const),
  ...(['leave', 'rebuild', 'drop', 'extend'] as const),
]);

interface Gone {
  epoch: number;
  /** This many units were refused; more are refused too. */
  units: number;
  outstanding: number;
  untilMs: number;
}

/**
 * An engine that tells a herd "sold out" from what it was told a moment ago. A repeated key must get its first answer
 * all the same, so each such request still asks whether its key is known, all those of one moment together. Any call
 * through this store that may free units ends what is remembered of its sale.
 */
export function rememberSoldOut(store: HoldStore, now: () => number = () => performance.now()): HoldStore {
  const gone = new Map<string, Map<string, Gone>>();
  const known = batchKnown(store);

  const find = ({
    saleId,
    epoch,
    lines,
  }: ReserveRequest): { variantId: string; outstanding: number } | undefined => {
    const variants = gone.get(saleId);
    if (!variants) return undefined;
    for (const { variantId, quantity } of lines) {
      const entry = variants.get(variantId);
      if (entry && entry.epoch === epoch && quantity >= entry.units && now() < entry.untilMs) {
        return { variantId, outstanding: entry.outstanding };
      }
    }
    return undefined;
  };

  const reserve = async (request: ReserveRequest): Promise<ReserveAnswer> => {
    const remembered = find(request);
    if (remembered && !(await known(request.saleId, request))) {
      return { code: 'sold_out', ...remembered, expired: [], promoted: [] };
    }
    const answer = await store.reserve(request);
    if (answer.code !== 'sold_out') return answer;
    const line = request.lines.find(({ variantId }) => variantId === answer.variantId);
    if (line) {
      if (gone.size >= MOST_REMEMBERED) gone.clear();
      const variants = gone.get(request.saleId) ?? new Map<string, Gone>();
      const { epoch } = request;
      const { outstanding } = answer;
      variants.set(line.variantId, { epoch, units: line.quantity, outstanding, untilMs: now() + STANDS_MS });
      gone.set(request.saleId, variants);
    }
    return answer;
  };

  return new Proxy(store, {
    get(target, name: keyof HoldStore) {
      if (name === 'reserve') return reserve;
      const method = target[name] as (...args: unknown[]) => Promise<unknown>;
      if (!MAY_FREE.has(name)) return method.bind(target);
      return async (first: string | { saleId: string }, ...rest: unknown[]) => {
        try {
          return await method.call(target, first, ...rest);
        } finally {
          gone.delete(typeof first === 'string' ? first : first.saleId);
        }
      };
    },
  });
}

/** `known` for single keys: those of one turn of the event loop go to the engine as one question per sale. */
function batchKnown(store: HoldStore): (saleId: string, key: HoldKey) => Promise<boolean> {
  interface Asked {
    key: HoldKey;
    resolve: (known: boolean) => void;
    reject: (error: unknown) => void;
  }
  const waiting = new Map<string, Asked[]>();

  const ask = async (saleId: string): Promise<void> => {
    const asked = waiting.get(saleId) ?? [];
    waiting.delete(saleId);
    try {
      const answers = await store.known(
        saleId,
        asked.map(({ key }) => key),
      );
      for (const [i, { resolve }] of asked.entries()) resolve(answers[i] ?? false);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  };

  return (saleId, key) =>
    new Promise((resolve, reject) => {
      const asked = waiting.get(saleId);
      if (asked) asked.push({ key, resolve, reject });
      else {
        waiting.set(saleId, [{ key, resolve, reject }]);
        setImmediate(() => void ask(saleId));
      }
    });
}
