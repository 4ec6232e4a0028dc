import type { z } from 'zod';
import { refuse } from './refusal.ts';

/** The cursor that goes on after an entry with these sort keys. */
export function writeCursor(keys: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** The sort keys in `cursor`, undefined at the beginning; a cursor that we did not make is refused. */
export function readCursor<T extends z.ZodType>(
  cursor: string | undefined,
  keys: T,
): z.output<T> | undefined {
  if (cursor === undefined) return undefined;
  const parsed = keys.safeParse(jsonIn(cursor));
  if (parsed.success) return parsed.data;
  throw refuse('invalid_request', {
    extra: { faults: [{ at: 'query.cursor', message: 'not one of ours' }] },
  });
}

function jsonIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
