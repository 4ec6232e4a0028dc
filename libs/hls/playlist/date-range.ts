import { attributeList, dateTime, seconds } from './attributes.ts';
import type { AttributeValue } from './attributes.ts';

/** Something that happened at a programme time: a pin, a chapter, the start of a sale. */
export interface DateRange {
  id: string;
  /** Reverse-DNS or product name of the kind of entry; ranges of one class must not overlap when `endOnNext` is set. */
  class: string;
  startMs: number;
  durationS?: number;
  /** The range lasts until the next one of its class begins. */
  endOnNext?: boolean;
  /** Client attributes without their `X-` prefix: upper-case letters, digits and dashes. */
  data?: Readonly<Record<string, string | number>>;
}

/** `#EXT-X-DATERANGE:...`. Throws when a client attribute's name is not allowed. */
export function renderDateRange(range: DateRange): string {
  const attributes: Record<string, AttributeValue> = {
    ID: { quoted: range.id },
    CLASS: { quoted: range.class },
    'START-DATE': { quoted: dateTime(range.startMs) },
    DURATION: range.durationS === undefined ? undefined : seconds(range.durationS),
    'END-ON-NEXT': range.endOnNext ? 'YES' : undefined,
  };
  for (const [name, value] of Object.entries(range.data ?? {})) {
    if (!/^[A-Z0-9-]+$/.test(name)) throw new Error(`"${name}" is no attribute name`);
    attributes[`X-${name}`] = typeof value === 'number' ? value : { quoted: value };
  }
  return `#EXT-X-DATERANGE:${attributeList(attributes)}`;
}
