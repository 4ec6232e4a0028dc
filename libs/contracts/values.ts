import { z } from 'zod';

/** Identity of anything stored: UUIDv7, so that ids sort by the time they were made. */
export const Id = z.uuidv7();
export type Id = z.infer<typeof Id>;

/** ISO 4217 code in capitals. */
export const CurrencyCode = z.string().regex(/^[A-Z]{3}$/, 'three capital letters (ISO 4217)');
export type CurrencyCode = z.infer<typeof CurrencyCode>;

/** Whole minor units (cents, yen, fils): never a fraction, never a float that lost one. */
export const MinorUnits = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** An amount of money as it crosses a process. */
export const Money = z.object({ amount: MinorUnits, currency: CurrencyCode });
export type Money = z.infer<typeof Money>;

/** A moment in UTC, ISO 8601 with milliseconds. */
export const Moment = z.iso.datetime({ precision: 3 });
export type Moment = z.infer<typeof Moment>;

/** Page position handed out by a server; its content means nothing to a client. */
export const Cursor = z.string().min(1).max(400);

/** Query of every list: at most 100 entries, from `cursor` on. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: Cursor.optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** One page of `item`s; `nextCursor` is null on the last. */
export function page<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), nextCursor: Cursor.nullable() });
}

/** One line of text a person typed: trimmed, composed Unicode, without control characters. */
export function line(minLength: number, maxLength: number) {
  return z
    .string()
    .transform((text) => text.toWellFormed().normalize('NFC').trim())
    .pipe(
      z
        .string()
        .min(minLength)
        .max(maxLength)
        .regex(/^\P{Cc}*$/u, 'no control characters'),
    );
}

/** Several lines of text a person typed: as `line`, with line breaks. */
export function text(maxLength: number) {
  return z
    .string()
    .transform((value) => value.toWellFormed().normalize('NFC').trim())
    .pipe(
      z
        .string()
        .max(maxLength)
        .regex(/^(?:\P{Cc}|[\t\n])*$/u, 'no control characters'),
    );
}
