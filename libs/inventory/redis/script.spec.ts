import { describe, expect, it } from '@jest/globals';
import { CODES, codeName } from './codes.ts';
import { saleKeys } from './keys.ts';
import { decodeReply, encodeCall, type ArgsOf, type KeysOf } from './script.ts';
import { adjustScript, reserveScript } from './scripts.generated.ts';
import * as scripts from './scripts.generated.ts';

const keys = saleKeys('sale');

describe('a call of a Lua command', () => {
  it('puts named keys and arguments in the order that the command expects', () => {
    const rest = [
      { quantity: 2, variant: 'v1' },
      { quantity: 1, variant: 'v2' },
    ];
    expect(encodeCall(reserveScript, keys, { rest, key: 'h/b', epoch: 7 })).toEqual([
      ...['inv:{sale}', 'inv:{sale}:v:', 'inv:{sale}:holds', 'inv:{sale}:buyers', 'inv:{sale}:ended'],
      ...['inv:{sale}:due', 'inv:{sale}:pinned', 'inv:{sale}:waiting:', 'inv:{sale}:journal'],
      ...[7, 'h/b', 'v1', 2, 'v2', 1],
    ]);
  });

  it('does not compile with a name missing, unknown or of another type', () => {
    const complete: ArgsOf<typeof adjustScript> = {
      epoch: 1,
      changeId: 'c',
      variant: 'v',
      delta: 1,
      terms: '',
    };
    // @ts-expect-error an argument is missing
    const missing: ArgsOf<typeof adjustScript> = { epoch: 1, changeId: 'c', variant: 'v', delta: 1 };
    // @ts-expect-error text where a number belongs
    const swapped: ArgsOf<typeof adjustScript> = { ...complete, delta: 'v' };
    // @ts-expect-error a key is missing
    const keyless: KeysOf<typeof adjustScript> = { sale: 's' };
    expect([missing, swapped, keyless]).toHaveLength(3);
  });

  it('gives replies by name, and refuses what the header does not know', () => {
    expect(decodeReply(reserveScript, [-4, 'v1', '3', [], ['p']])).toEqual({
      code: 'sold_out',
      variant: 'v1',
      outstanding: 3,
      expired: [],
      promoted: ['p'],
    });
    expect(() => decodeReply(reserveScript, [-12])).toThrow(
      'answered available, which its header does not list',
    );
    expect(() => codeName(-99, 'reserve')).toThrow('unknown code -99');
  });

  it('uses each number for one meaning, and every code in some command', () => {
    expect(new Set(Object.values(CODES)).size).toBe(Object.keys(CODES).length);
    const used = new Set(Object.values(scripts).flatMap((script) => Object.keys(script.replies)));
    expect([...used].toSorted()).toEqual(Object.keys(CODES).toSorted());
  });

  it('keeps all keys of a sale on one hash tag', () => {
    expect(Object.values(keys).every((key) => key.startsWith('inv:{sale}'))).toBe(true);
    expect(new Set(Object.values(keys)).size).toBe(Object.keys(keys).length);
  });
});
