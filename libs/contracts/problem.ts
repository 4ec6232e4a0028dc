import { z } from 'zod';
import { errorDefinition, type ErrorCode } from './errors/catalogue.ts';

/** A refusal on the wire: RFC 9457 problem+json with our stable `code`. */
export const Problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string().optional(),
  requestId: z.string().optional(),
  /** Faults of single fields; `at` is a path such as `body.items.0.quantity`. */
  faults: z.array(z.object({ at: z.string(), message: z.string() })).optional(),
});
export type Problem = z.infer<typeof Problem>;

/** Builds the problem of `code`; `extra` members are added as they are. */
export function problemOf(code: ErrorCode, detail?: string, extra: Record<string, unknown> = {}): Problem {
  const { status, title } = errorDefinition(code);
  return { type: `/docs/errors#${code}`, title, status, code, ...(detail ? { detail } : {}), ...extra };
}
