// Generated from inspect.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** a sale as JSON, for the reconciler and for tests; reads only. With its holds it takes long on a large sale. */
export const inspectScript = defineScript({
  name: 'inspect',
  keys: ['sale', 'variants', 'variant', 'holds', 'buyers', 'due', 'pinned', 'waiting', 'journal', 'base'],
  args: { holds: 'integer' },
  rest: {},
  replies: {
    ok: { json: 'text' },
    unknown_variant: {},
  },
  lua: `
local sale = redis.call('HGETALL', KEYS[1])
if #sale == 0 then return { -11 } end
local deep = ARGV[1] == '1'
local variants = {}
for i, variant in ipairs(redis.call('SMEMBERS', KEYS[2])) do
  variants[i] = {
    variant,
    redis.call('HMGET', KEYS[3] .. variant, 'stock', 'available', 'held', 'sold', 'terms'),
    deep and redis.call('ZRANGE', KEYS[6] .. ':' .. variant, 0, -1) or {},
    redis.call('ZCARD', KEYS[8] .. variant),
  }
end
return {
  1,
  cjson.encode({
    sale = sale,
    variants = variants,
    holds = deep and redis.call('HGETALL', KEYS[4]) or {},
    pinned = deep and redis.call('ZRANGE', KEYS[7], 0, -1) or {},
    buyers = deep and redis.call('HGETALL', KEYS[5]) or {},
    base = redis.call('HGETALL', KEYS[10]),
    journal = redis.call('XRANGE', KEYS[9], '-', '+'),
  }),
}`,
} as const);
