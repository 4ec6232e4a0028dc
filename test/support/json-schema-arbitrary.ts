import fc from 'fast-check';

/** The keywords of JSON Schema 2020-12 that our OpenAPI documents use. */
export interface JsonSchema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  format?: string;
}

/** Values that fit `schema`, apart from patterns, which are only met by luck. */
export function fitting(schema: JsonSchema): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum?.length) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options?.length) return fc.oneof(...options.map(fitting));
  if (schema.allOf?.length)
    return fc.tuple(...schema.allOf.map(fitting)).map((parts) => Object.assign({}, ...parts));
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type) {
    case 'string':
      return fittingString(schema);
    case 'integer':
      return fc.integer(range(schema, 1));
    case 'number':
      return fc.double({ ...range(schema, 0.001), noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(fitting(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, Math.max(4, schema.minItems ?? 0)),
      });
    case 'object':
      return fittingObject(schema);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

/** Values near `schema`: fitting ones, and ones with a member broken, missing, added or of another type. */
export function near(schema: JsonSchema): fc.Arbitrary<unknown> {
  const fit = fitting(schema);
  const broken = fc.tuple(fit, fc.nat(), NASTY).map(([value, where, nasty]) => spoil(value, where, nasty));
  return fc.oneof(
    { weight: 2, arbitrary: fit },
    { weight: 3, arbitrary: broken },
    { weight: 1, arbitrary: NASTY },
  );
}

/** Values that have broken programs before. */
export const NASTY: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    ' ',
    0,
    -1,
    1.5,
    2 ** 53,
    -(2 ** 63),
    1e308,
    [],
    {},
    true,
    '\u0000',
    '\ud800',
  ),
  fc.constantFrom(
    '../../etc/passwd',
    "'; DROP TABLE orders; --",
    '%00',
    '${7*7}',
    '\u202e',
    'NaN',
    '-0',
    '9'.repeat(400),
  ),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.jsonValue({ maxDepth: 2 }),
);

function fittingString(schema: JsonSchema): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.uuid({ version: 7 });
  if (schema.format === 'date-time') {
    const span = { min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true };
    return fc.date(span).map((date) => date.toISOString());
  }
  if (schema.format === 'email') return fc.nat().map((n) => `fuzz-${n}@example.test`);
  if (schema.format === 'uri') return fc.webUrl();
  const minLength = schema.minLength ?? 0;
  const maxLength = Math.min(schema.maxLength ?? 40, Math.max(40, minLength));
  return fc.oneof(fc.string({ minLength, maxLength }), fc.string({ unit: 'grapheme', minLength, maxLength }));
}

function fittingObject({ properties = {}, required = [] }: JsonSchema): fc.Arbitrary<unknown> {
  const members = Object.fromEntries(
    Object.entries(properties).map(([name, member]) => [name, fitting(member)]),
  );
  return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
}

function range(schema: JsonSchema, step: number): { min: number; max: number } {
  const min =
    schema.minimum ?? (schema.exclusiveMinimum === undefined ? -1_000 : schema.exclusiveMinimum + step);
  return { min, max: Math.max(min, Math.min(schema.maximum ?? 1_000_000, min + 1_000_000)) };
}

function spoil(value: unknown, where: number, nasty: unknown): unknown {
  if (Array.isArray(value)) return value.length > 0 ? value.with(where % value.length, nasty) : [nasty];
  if (typeof value !== 'object' || value === null) return nasty;
  const names = Object.keys(value);
  const name = names[where % (names.length || 1)];
  if (name === undefined) return { unexpected: nasty };
  const inner = (value as Record<string, unknown>)[name];
  if (where % 3 === 0) return Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));
  return { ...value, [name]: where % 3 === 1 ? nasty : spoil(inner, where >> 2, nasty) };
}
