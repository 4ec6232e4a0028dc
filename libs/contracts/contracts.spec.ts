import { describe, expect, it } from '@jest/globals';
import * as contracts from '#contracts';
import { errorContexts, line, text, type Endpoint, type EventDefinition } from '#contracts';

const exported = Object.values(contracts) as unknown[];
const endpoints = exported.filter((it): it is Endpoint => isRecord(it) && 'method' in it && 'replies' in it);
const events = exported.filter(
  (it): it is EventDefinition => isRecord(it) && 'publisher' in it && 'data' in it,
);

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function repeated(values: string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}

describe('the catalogues', () => {
  it('give every error code one meaning', () => {
    expect(repeated(Object.values(errorContexts).flatMap((context) => Object.keys(context)))).toEqual([]);
  });
  it('give every event one definition', () => {
    expect(events.length).toBeGreaterThan(10);
    expect(repeated(events.map(contracts.eventType))).toEqual([]);
  });
  it('give every endpoint its own name and its own address', () => {
    expect(endpoints.length).toBeGreaterThan(30);
    expect(repeated(endpoints.map(({ process, name }) => `${process} ${name}`))).toEqual([]);
    const address = ({ process, method, path }: Endpoint) =>
      `${method} ${process}${path.replace(/:\w+/g, ':')}`;
    expect(repeated(endpoints.map(address))).toEqual([]);
  });
  it('describe every parameter of every path', () => {
    for (const { name, path, params } of endpoints) {
      const inPath = [...path.matchAll(/:(\w+)/g)].map((match) => match[1]);
      expect([name, Object.keys(params?.shape ?? {}).toSorted()]).toEqual([name, inPath.toSorted()]);
    }
  });
  it('keep what costs or writes away from strangers', () => {
    const open = endpoints.filter(
      ({ access, method, rate }) => access === 'public' && method !== 'GET' && !rate,
    );
    // log-in counts tries per account and address by itself; log-out ends the caller's own session only; the
    // provider's notices prove themselves by their signature
    expect(open.map(({ process, name }) => `${process} ${name}`)).toEqual([
      'accounts logIn',
      'accounts logOut',
      'checkout stripeWebhook',
    ]);
  });
});

describe('typed text', () => {
  it('is trimmed, composed and free of control characters', () => {
    expect(line(1, 5).parse('  e\u0301 ')).toBe('\u00e9');
    expect(line(1, 5).safeParse('a\nb').success).toBe(false);
    expect(line(1, 5).safeParse('   ').success).toBe(false);
    expect(text(5).parse('a\n\tb')).toBe('a\n\tb');
    expect(text(5).safeParse('a\u0000').success).toBe(false);
  });
});
