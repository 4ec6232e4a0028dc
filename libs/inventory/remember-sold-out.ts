import type { HoldKey, HoldStore, ReserveAnswer, ReserveRequest } from './hold-store.ts';

/** How long a sold-out answer stands for later requests: a herd is told without asking the engine each time. */
const STANDS_MS = 100;
/** An engine that takes so long to say whether it still stands is asked by everybody again. */
const ASKING_MOST_MS = 1_000;
/** Questions about keys of one sale under way at a time; keys that come meanwhile share the next. */
const MOST_QUESTIONS = 2;
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
  /** Whether a request is asking the engine whether this still stands; the others do not wait for it. */
  asking: boolean;
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
      if (!entry || entry.epoch !== epoch || quantity < entry.units) continue;
      const over = now() - entry.untilMs;
      if (over < 0 || (entry.asking && over < ASKING_MOST_MS)) {
        return { variantId, outstanding: entry.outstanding };
      }
      entry.asking = true;
    }
    return undefined;
  };

  const reserve = async (request: ReserveRequest): Promise<ReserveAnswer> => {
    const remembered = find(request);
    if (remembered && !(await known(request.saleId, request))) {
      return { code: 'sold_out', ...remembered, expired: [], promoted: [] };
    }
    const answer = await store.reserve(request);
    if (answer.code !== 'sold_out') {
      if (answer.code === 'held')
        for (const line of request.lines) gone.get(request.saleId)?.delete(line.variantId);
      return answer;
    }
    const line = request.lines.find(({ variantId }) => variantId === answer.variantId);
    if (line) {
      if (gone.size >= MOST_REMEMBERED) gone.clear();
      const variants = gone.get(request.saleId) ?? new Map<string, Gone>();
      const { epoch } = request;
      const { outstanding } = answer;
      const untilMs = now() + STANDS_MS;
      variants.set(line.variantId, { epoch, units: line.quantity, outstanding, untilMs, asking: false });
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

/** `known` for single keys: those that come together go to the engine as one question per sale. */
function batchKnown(store: HoldStore): (saleId: string, key: HoldKey) => Promise<boolean> {
  interface Asked {
    key: HoldKey;
    resolve: (known: boolean) => void;
    reject: (error: unknown) => void;
  }
  const sales = new Map<string, { waiting: Asked[]; questions: number }>();

  const ask = async (saleId: string, waiting: readonly Asked[]): Promise<void> => {
    try {
      const answers = await store.known(
        saleId,
        waiting.map(({ key }) => key),
      );
      for (const [i, { resolve }] of waiting.entries()) resolve(answers[i] ?? false);
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  };

  const work = async (saleId: string): Promise<void> => {
    const sale = sales.get(saleId);
    if (!sale) return;
    for (let asked = sale.waiting.splice(0); asked.length > 0; asked = sale.waiting.splice(0))
      await ask(saleId, asked);
    sale.questions -= 1;
    if (sale.questions === 0) sales.delete(saleId);
  };

  return (saleId, key) =>
    new Promise((resolve, reject) => {
      const sale = sales.get(saleId) ?? { waiting: [], questions: 0 };
      sales.set(saleId, sale);
      sale.waiting.push({ key, resolve, reject });
      if (sale.questions >= MOST_QUESTIONS) return;
      sale.questions += 1;
      setImmediate(() => void work(saleId));
    });
}
