import fc from 'fast-check';
import { cancelOrderEndpoint, refreshPaymentEndpoint, type Identity, type OrderView } from '#contracts';
import { TEST_CARDS } from '#testing';
import { auditPurchases } from './purchase-audit.ts';
import { eventually, newBuyer, runOut, type PurchaseHarness } from './purchase-harness.ts';

/** What happens to one order, in this order. */
const Step = fc.constantFrom(
  'pay',
  'decline',
  'slow',
  'capture_fails',
  'challenge',
  'run_out',
  'cancel',
  'ask',
  'bank',
);
type Step = typeof Step extends fc.Arbitrary<infer S> ? S : never;

const Plan = fc.record({
  orders: fc.array(fc.array(Step, { minLength: 1, maxLength: 4 }), { minLength: 2, maxLength: 6 }),
  mischief: fc.record({
    drop: fc.constantFrom(0, 0.3, 1),
    duplicate: fc.constantFrom(0, 0.5),
    delayMs: fc.constantFrom(0, 50, 400),
    seed: fc.nat(),
  }),
  /** Events sent once more when all is over, days late as it were, in any order. */
  encore: fc.boolean(),
});
type Plan = typeof Plan extends fc.Arbitrary<infer P> ? P : never;

const CARD_OF: Partial<Record<Step, string>> = {
  pay: TEST_CARDS.success,
  decline: TEST_CARDS.declined,
  slow: TEST_CARDS.slow,
  capture_fails: TEST_CARDS.captureFails,
  challenge: TEST_CARDS.challenge,
};

/** Random purchases with notices shuffled, doubled, dropped and late; whatever happens, goods and money agree. */
export async function fuzzNotices(h: PurchaseHarness, numRuns: number, seed?: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(Plan, (plan) => runPlan(h, plan)),
    { numRuns, ...(seed === undefined ? {} : { seed }), endOnFailure: true },
  );
}

async function runPlan(h: PurchaseHarness, plan: Plan): Promise<void> {
  const units = plan.orders.length;
  const shop = await h.stocked(units);
  await h.sandbox.control('webhooks', plan.mischief);
  const placed = await Promise.all(
    plan.orders.map(async (steps) => {
      const buyer = newBuyer();
      return { steps, buyer, order: await h.order(shop, buyer) };
    }),
  );
  await Promise.all(placed.map((one) => live(h, one)));
  await h.sandbox.control('webhooks', {});
  await settle(h, placed);
  if (plan.encore) await encore(h, plan.mischief.seed, placed);
  const findings = await auditPurchases(h.app.query, h.sandbox, shop, units);
  if (findings.length > 0) throw new Error(findings.join('\n'));
}

interface Placed {
  steps: Step[];
  buyer: Identity;
  order: OrderView;
}

async function live(h: PurchaseHarness, { steps, buyer, order }: Placed): Promise<void> {
  const params = { orderId: order.orderId };
  for (const step of steps) {
    const card = CARD_OF[step];
    if (card) await h.sandbox.pay(order.payment.clientSecret ?? '', card);
    else if (step === 'run_out') await runOut(h.app, order.orderId);
    else if (step === 'cancel') await h.app.call(cancelOrderEndpoint, { params, body: {} }, buyer);
    else if (step === 'ask') await h.app.call(refreshPaymentEndpoint, { params }, buyer);
    else await h.sandbox.control('clock', { seconds: 11 });
  }
}

/** Lets banks answer, time run out, and waits until every order has come to its end. */
async function settle(h: PurchaseHarness, placed: Placed[]): Promise<void> {
  await h.sandbox.control('clock', { seconds: 11 });
  const ids = placed.map(({ order }) => order.orderId);
  await eventually(async () => {
    await h.app.query(
      `UPDATE payments SET pay_by = least(pay_by, clock_timestamp()), check_at = clock_timestamp()
       WHERE order_id = ANY($1::uuid[]) AND decision IN ('open', 'cancelling')`,
      [ids],
    );
    await h.app.query('UPDATE payment_jobs SET run_at = clock_timestamp() WHERE attempts < 2');
    const [open] = await h.app.query<{ count: number }>(
      `SELECT count(*) FROM orders o JOIN payments p ON p.order_id = o.id WHERE o.id = ANY($1::uuid[])
         AND (o.state IN ('placed', 'committed') OR p.decision = 'cancelling'
           OR EXISTS (SELECT 1 FROM refunds r WHERE r.order_id = o.id AND r.state = 'pending'))`,
      [ids],
    );
    return Number(open?.count) === 0;
  }, 30_000);
}

async function encore(h: PurchaseHarness, seed: number, placed: Placed[]): Promise<void> {
  const events: string[] = [];
  for (const { order } of placed) {
    const [row] = await h.app.query<{ id: string | null }>(
      'SELECT provider_id AS id FROM payments WHERE order_id = $1',
      [order.orderId],
    );
    const { data } = await h.sandbox.get<{ data: { id: string }[] }>(
      `events?related_object=${row?.id}&limit=50`,
    );
    events.push(...data.map((event) => event.id));
  }
  const shuffled =
    fc.sample(fc.shuffledSubarray(events, { minLength: events.length }), { seed, numRuns: 1 })[0] ?? [];
  for (const event of shuffled) await h.sandbox.control('webhooks/redeliver', { event });
  await eventually(async () => {
    const [left] = await h.app.query<{ count: number }>(
      'SELECT count(*) FROM provider_notices WHERE handled_at IS NULL AND attempts < 3',
    );
    return Number(left?.count) === 0;
  }, 30_000);
}
