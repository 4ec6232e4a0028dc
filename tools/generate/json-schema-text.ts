/** The members of JSON Schema that zod writes and the documents show. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  format?: string;
  pattern?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  default?: unknown;
  description?: string;
  additionalProperties?: boolean | JsonSchema;
  $ref?: string;
  $defs?: Record<string, JsonSchema>;
}

/** A schema in a few words, for a table: `uuid`, `'a' or 'b'`, `list of { x: integer }`. */
export function typeOf(schema: JsonSchema, root: JsonSchema = schema): string {
  if (schema.$ref) return typeOf(root.$defs?.[schema.$ref.split('/').at(-1) ?? ''] ?? {}, root);
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return [...new Set(options.map((option) => typeOf(option, root)))].join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeOf(schema.items ?? {}, root)}`;
  if (schema.properties) {
    const members = Object.entries(schema.properties).map(
      ([name, member]) => `${name}: ${typeOf(member, root)}`,
    );
    return `{ ${members.join(', ')} }`;
  }
  if (typeof schema.additionalProperties === 'object')
    return `map of ${typeOf(schema.additionalProperties, root)}`;
  return schema.format ?? (Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type) ?? 'anything';
}

/** Bounds of a value in a few words, or nothing. */
export function boundsOf({ minimum, maximum, minLength, pattern, format }: JsonSchema): string {
  const real = (bound: number | undefined) =>
    Number.isSafeInteger(bound) && Math.abs(bound ?? 0) < 2 ** 53 - 1 ? bound : undefined;
  const [low, high] = [real(minimum), real(maximum)];
  if (low !== undefined && high !== undefined) return `${low} to ${high}`;
  if (low !== undefined) return `${low} or more`;
  if (high !== undefined) return `${high} or less`;
  if (minLength !== undefined && minLength > 1) return `${minLength} characters or more`;
  return pattern && !format ? `\`${pattern}\`` : '';
}
