/** A value of an attribute list (RFC 8216bis, 4.2): `quoted` becomes a quoted string, a string an enumerated one, a number a decimal. */
export type AttributeValue = string | number | { quoted: string } | undefined;

/** `NAME=value,NAME=value`; undefined values are left out. */
export function attributeList(attributes: Readonly<Record<string, AttributeValue>>): string {
  const written: string[] = [];
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) written.push(`${name}=${attributeValue(value)}`);
  }
  return written.join(',');
}

/**
 * Seconds with five digits, never more than the true value: players compare part durations with PART-TARGET, and some
 * stumble over longer fractions.
 */
export function seconds(value: number): string {
  return (Math.floor(value * 100_000 + 1e-6) / 100_000).toFixed(5);
}

/** ISO 8601 with milliseconds, UTC. */
export function dateTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function attributeValue(value: string | number | { quoted: string }): string {
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value;
  return `"${withoutForbidden(value.quoted)}"`;
}

/** A quoted string cannot hold a double quote or a control character; there is no escape, so they are replaced. */
function withoutForbidden(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is being removed
  return text.replaceAll('"', "'").replaceAll(/[\u0000-\u001f\u007f]/g, ' ');
}
