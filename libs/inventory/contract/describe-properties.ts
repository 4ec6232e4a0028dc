import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v7 } from 'uuid';
import type { SaleRules } from '../hold-store.ts';
import { MemoryHoldStore } from '../memory/memory-hold-store.ts';
import type { EngineUnderTest } from './engine-under-test.ts';
import { anyStep, newNames, normalized, runStep, type Step } from './histories.ts';
import { HoldLives } from './hold-lives.ts';
import { faultsOf } from './invariants.ts';
import { DEFAULT_RULES, nextEpoch, PRICE } from './sale-fixture.ts';

const history = fc.array(anyStep, { minLength: 5, maxLength: 60, size: 'max' });
const stock = fc.tuple(fc.nat({ max: 4 }), fc.nat({ max: 3 }));
const limit = fc.constantFrom(0, 2, 3);

/** The same histories every time, so that a change is judged by what it changed; PROPERTY_SEED=<n> tries others. */
const SEED = Number(process.env['PROPERTY_SEED'] ?? 20_261_120);

/** A failure is told within the limit of its test, though a shorter history that fails may not have been found by then. */
const TOLD_WITHIN = { interruptAfterTimeLimit: 120_000, markInterruptAsFailure: true };

export interface PropertyRuns {
  /** Histories run one call after the other, and with calls at the same time. */
  inOrder: number;
  atOnce: number;
}

/**
 * Random histories: every answer is that of the engine in plain TypeScript, and the rules I1 to I8 hold after every
 * step. On failure fast-check prints the seed and the shortest history that fails.
 */
export function describeProperties(
  name: string,
  start: () => Promise<EngineUnderTest>,
  runs: PropertyRuns,
): void {
  describe(`${name}: any history`, () => {
    let engine: EngineUnderTest;
    beforeAll(async () => {
      engine = await start();
    }, 60_000);
    afterAll(() => engine.stop());

    it('gets the answers of the plain engine and keeps the rules after every step', async () => {
      await fc.assert(
        fc.asyncProperty(history, stock, limit, async (steps, units, limitPerBuyer) => {
          await checkInOrder(engine, steps, units, { ...DEFAULT_RULES, limitPerBuyer });
        }),
        { seed: SEED, numRuns: runs.inOrder, ...TOLD_WITHIN },
      );
    }, 180_000);

    it('keeps the rules when calls come at the same time', async () => {
      const batches = fc.array(fc.array(anyStep, { minLength: 2, maxLength: 12 }), {
        minLength: 1,
        maxLength: 6,
      });
      await fc.assert(
        fc.asyncProperty(batches, stock, limit, async (steps, units, limitPerBuyer) => {
          await checkAtOnce(engine, steps, units, { ...DEFAULT_RULES, limitPerBuyer });
        }),
        { seed: SEED, numRuns: runs.atOnce, ...TOLD_WITHIN },
      );
    }, 180_000);
  });
}

async function checkInOrder(
  engine: EngineUnderTest,
  steps: readonly Step[],
  units: readonly number[],
  rules: SaleRules,
): Promise<void> {
  const { sale, names } = await openBoth(engine, units, rules);
  const plain = new MemoryHoldStore(() => engine.now());
  await plain.open(sale, rules, sale.variants);
  const lives = new HoldLives();
  for (const [nth, step] of steps.entries()) {
    if (step.do === 'advance') await engine.advance(step.ms);
    const answer = normalized(await runStep(engine.store, sale, names, step, engine.now()));
    const wanted = normalized(await runStep(plain, sale, names, step, engine.now()));
    mustBe({ nth, step, answer }, { nth, step, answer: wanted });
    const inspection = await engine.store.inspect(sale.saleId, 'holds');
    if (!inspection) throw new Error('the sale is gone');
    const faults = [...faultsOf(inspection), ...lives.watch(step, inspection)];
    mustBe({ nth, step, faults }, { nth, step, faults: [] });
    lives.forget(inspection);
  }
  const [is, wanted] = [await engine.store.read(sale, 'all'), await plain.read(sale, 'all')];
  expect(normalized(is)).toEqual(normalized(wanted));
}

/** As `expect(...).toEqual`, which takes its time over what is equal. */
function mustBe(is: unknown, wanted: unknown): void {
  if (JSON.stringify(is) !== JSON.stringify(wanted)) expect(is).toEqual(wanted);
}

async function checkAtOnce(
  engine: EngineUnderTest,
  batches: readonly Step[][],
  units: readonly number[],
  rules: SaleRules,
): Promise<void> {
  const { sale, names } = await openBoth(engine, units, rules);
  for (const steps of batches) {
    for (const step of steps) if (step.do === 'advance') await engine.advance(step.ms);
    await Promise.all(steps.map((step) => runStep(engine.store, sale, names, step, engine.now())));
    const inspection = await engine.store.inspect(sale.saleId, 'holds');
    expect(inspection && faultsOf(inspection)).toEqual([]);
  }
}

async function openBoth(engine: EngineUnderTest, units: readonly number[], rules: SaleRules) {
  const names = newNames();
  const variants = names.variants.map((variantId, i) => ({
    variantId,
    terms: PRICE,
    unsold: units[i] ?? 0,
    sold: 0,
  }));
  const sale = { saleId: v7(), epoch: nextEpoch(), variants };
  await engine.store.open(sale, rules, variants);
  return { sale, names };
}
