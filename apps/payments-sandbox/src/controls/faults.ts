import { z } from 'zod';

/** A fault that the next matching calls will meet. */
export const Fault = z.object({
  /** Name of the call, e.g. `payment_intents.capture`; `*` for any. */
  call: z.string().max(100),
  /**
   * `before`: nothing happens. `after`: the effect is there but the caller hears of a failure. `stored`: nothing
   * happens and the failure is the answer of this idempotency key from now on, as with a 500 of Stripe.
   */
  when: z.enum(['before', 'after', 'stored']),
  /** `status` answers with an error; `disconnect` cuts the connection; `delay` only waits and then goes on. */
  how: z.enum(['status', 'disconnect', 'delay']).default('status'),
  status: z.int().min(400).max(599).default(500),
  error: z
    .object({
      type: z.enum(['api_error', 'card_error', 'invalid_request_error']),
      code: z.string().optional(),
      message: z.string(),
    })
    .default({ type: 'api_error', message: 'The sandbox was told to fail this call.' }),
  delayMs: z.int().min(0).max(120_000).default(0),
  times: z.int().min(1).max(100_000).default(1),
});
export type Fault = z.infer<typeof Fault>;

/** Faults that wait for their call. They live in memory: a restarted sandbox is well again. */
export class Faults {
  private armed: Fault[] = [];

  arm(fault: Fault): void {
    this.armed.push(fault);
  }

  clear(): void {
    this.armed = [];
  }

  /** The fault that `call` meets now, if any; takes it off when it has been met often enough. */
  meet(call: string): Fault | undefined {
    const fault = this.armed.find((one) => one.call === '*' || one.call === call);
    if (!fault) return undefined;
    const left = fault.times - 1;
    this.armed = this.armed.flatMap((one) => {
      if (one !== fault) return [one];
      return left > 0 ? [{ ...one, times: left }] : [];
    });
    return fault;
  }
}
