import { z } from 'zod';
import { invalidRequest } from './api-error.ts';
import type { Params } from './form-body.ts';

/** A whole number written in digits. */
export const Integer = z
  .string()
  .regex(/^-?\d{1,15}$/, 'integer')
  .transform(Number);

/** `true` or `false`. */
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

/** Text; the empty string unsets, as in Stripe's API. */
export const Text = z.string().max(5_000);

/** Up to 50 keys of 40 characters with values of 500. */
export const MetadataParam = z
  .union([z.literal('').transform(() => ({})), z.record(z.string().max(40), z.string().max(500))])
  .refine((entries) => Object.keys(entries).length <= 50, 'at most 50 keys');

/** Anything nested: kept and given back as it came. */
export const Nested = z.record(z.string(), z.unknown());

/** What every call takes besides its own parameters. */
const Common = { expand: z.array(z.string().max(200)).max(20).optional() };

/** Parameters of a call: those in `shape` and no others. */
export function paramsOf<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject({ ...Common, ...shape });
}

/** A copy of `object` that lacks `names`. */
export function without<T extends object, K extends keyof T>(object: T, ...names: K[]): Omit<T, K> {
  const copy = { ...object };
  for (const name of names) delete copy[name];
  return copy;
}

/** Reads `params` by `schema`, or refuses in Stripe's words. */
export function readParams<T extends z.ZodType>(schema: T, params: Params): z.output<T> {
  const result = schema.safeParse(params);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const path = nameOf(issue?.path ?? []);
  if (issue?.code === 'unrecognized_keys') {
    const unknown = nameOf([...issue.path, issue.keys[0] ?? '']);
    throw invalidRequest(`Received unknown parameter: ${unknown}`, {
      code: 'parameter_unknown',
      param: unknown,
    });
  }
  if (valueAt(params, issue?.path ?? []) === undefined) {
    throw invalidRequest(`Missing required param: ${path}.`, { code: 'parameter_missing', param: path });
  }
  if (issue?.message === 'integer') {
    throw invalidRequest(`Invalid integer: ${String(valueAt(params, issue.path))}`, {
      code: 'parameter_invalid_integer',
      param: path,
    });
  }
  throw invalidRequest(`Invalid ${path}: ${issue?.message ?? 'not of its form'}`, { param: path });
}

function nameOf(path: PropertyKey[]): string {
  const [first = '', ...rest] = path.map(String);
  return first + rest.map((part) => `[${part}]`).join('');
}

function valueAt(params: unknown, path: PropertyKey[]): unknown {
  let value = params;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}
