import { z } from 'zod';
import type { Metadata } from '../objects/shapes.ts';
import type { Listed } from '../store/object-store.ts';
import { invalidRequest } from './api-error.ts';
import { Integer, Text } from './params.ts';

/** Parameters of every list. */
export const LIST_PARAMS = {
  limit: Integer.pipe(z.int().min(1).max(100)).optional(),
  starting_after: Text.optional(),
  ending_before: Text.optional(),
  created: z.strictObject({ gte: Integer.optional(), lte: Integer.optional() }).optional(),
};

/** A page in the shape of Stripe's lists. */
export function listOf<T>(url: string, { data, hasMore }: Listed<T>): object {
  return { object: 'list', data, has_more: hasMore, url };
}

/** `old` with `change` laid over it: an empty value takes a key away, an empty hash all of them. */
export function mergeMetadata(old: Metadata, change: Metadata | undefined): Metadata {
  if (change === undefined) return old;
  if (Object.keys(change).length === 0) return {};
  return Object.fromEntries(Object.entries({ ...old, ...change }).filter(([, value]) => value !== ''));
}

/** `value`, or the refusal that Stripe gives for a missing parameter. */
export function required<T>(value: T | undefined, param: string): T {
  if (value !== undefined) return value;
  throw invalidRequest(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
}
