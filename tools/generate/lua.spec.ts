import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateScript } from './lua.ts';
import { flatten } from './lua-includes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'showfloor-lua-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

const HEADER = `--[[
take: takes one.
KEYS
  shelf  hash of units
  log    stream
ARGV
  epoch  integer  the epoch
  ...variant text  a variant
  ...quantity integer  how many
REPLIES
  ok left:integer names:texts  taken
  sold_out  none left
]]
`;

const BODY = `-- a comment that goes
local left = redis.call('HGET', KEYS.shelf, ARGV[REST_FROM]) -- and this one
redis.call('XADD', KEYS.log, '*', 'epoch', ARGV.epoch)
-- @guard stock
if left == '0' then return { CODE.sold_out } end
-- @end
return { CODE.ok, left, {} }
`;

describe('generated Lua commands', () => {
  it('become TypeScript with positions for names and numbers for codes', () => {
    const path = write('take.lua', HEADER + BODY);
    expect(generateScript(path))
      .toBe(`// Generated from take.lua by tools/generate/lua.ts. Change that file, then run \`npm run generate:lua\`.
import { defineScript } from '../script.ts';

/** takes one. */
export const takeScript = defineScript({
  name: 'take',
  keys: ['shelf', 'log'],
  args: { epoch: 'integer' },
  rest: { variant: 'text', quantity: 'integer' },
  replies: {
    ok: { left: 'integer', names: 'texts' },
    sold_out: {},
  },
  lua: \`
local left = redis.call('HGET', KEYS[1], ARGV[2])
redis.call('XADD', KEYS[2], '*', 'epoch', ARGV[1])
-- @guard stock
if left == '0' then return { -4 } end
-- @end
return { 1, left, {} }\`,
} as const);
`);
  });

  it.each([
    [
      'a key that the header does not have',
      BODY.replace('KEYS.log', 'KEYS.diary'),
      'KEYS.diary is used but not',
    ],
    [
      'an argument that the header does not have',
      BODY.replace('ARGV.epoch', 'ARGV.age'),
      'ARGV.age is used but not',
    ],
    [
      'a reply that the header does not have',
      BODY.replace('CODE.ok', 'CODE.closed'),
      'CODE.closed is used but not',
    ],
    ['a reply that no code stands for', BODY.replace('CODE.ok', 'CODE.fine'), 'CODE.fine is not in codes.ts'],
    ['a key that is never used', BODY.replace('KEYS.log', 'KEYS.shelf'), 'declared but never used: KEYS.log'],
  ])('refuse %s', (_, body, fault) => {
    expect(() => generateScript(write('take.lua', HEADER + body))).toThrow(fault);
  });

  it('refuse a header that is missing, of another name, or of another form', () => {
    expect(() => generateScript(write('take.lua', BODY))).toThrow('begins with a --[[ header ]]');
    expect(() => generateScript(write('other.lua', HEADER + BODY))).toThrow('the header says "take"');
    const untyped = HEADER.replace('epoch  integer', 'epoch  float');
    expect(() => generateScript(write('take.lua', untyped + BODY))).toThrow('is not "name integer|text');
    const early = HEADER.replace('  epoch  integer  the epoch\n', '').replace(
      'REPLIES',
      '  epoch  integer  late\nREPLIES',
    );
    expect(() => generateScript(write('take.lua', early + BODY))).toThrow('repeated arguments come last');
  });
});

describe('includes', () => {
  it('are put in once each, depth first', () => {
    write('parts/a.lua', '--- @include "b.lua"\nlocal a = 1\n');
    write('parts/b.lua', 'local b = 2\n');
    const path = write('main.lua', '--- @include "parts/b.lua"\n--- @include "parts/a.lua"\nreturn a + b\n');
    expect(flatten(path).trim().split(/\n+/)).toEqual(['local b = 2', 'local a = 1', 'return a + b']);
  });

  it('name what is missing and what goes round in circles', () => {
    expect(() => flatten(write('main.lua', '--- @include "gone.lua"\n'))).toThrow(/gone\.lua does not exist/);
    write('x.lua', '--- @include "y.lua"\n');
    write('y.lua', '--- @include "x.lua"\n');
    expect(() => flatten(join(folder, 'x.lua'))).toThrow(/includes itself/);
  });
});
