// Generated from open.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** makes a sale with its variants, or does nothing when this epoch is already there. */
export const openScript = defineScript({
  name: 'open',
  keys: ['sale', 'variants', 'variant', 'holds', 'buyers', 'ended', 'due', 'pinned', 'waiting', 'journal', 'base'],
  args: { epoch: 'integer', state: 'text', startsAt: 'integer', endsAt: 'integer', limit: 'integer', ttl: 'integer' },
  rest: { variant: 'text', terms: 'text', unsold: 'integer', sold: 'integer' },
  replies: {
    ok: { replid: 'text' },
    replay: {},
  },
  lua: `
local function wipe()
  for _, variant in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    redis.call('UNLINK', KEYS[3] .. variant, KEYS[7] .. ':' .. variant, KEYS[9] .. variant)
  end
  redis.call(
    'UNLINK', KEYS[2], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[10], KEYS[11]
  )
end
local function start_sale(state)
  local epoch = redis.call('HGET', KEYS[1], 'epoch')
  if epoch and tonumber(epoch) >= tonumber(ARGV[1]) then return nil end
  wipe()
  local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  redis.call(
    'HSET', KEYS[1], 'epoch', ARGV[1], 'replid', replid, 'state', state, 'startsAt', ARGV[3],
    'endsAt', ARGV[4], 'limit', ARGV[5], 'ttl', ARGV[6]
  )
  return replid
end
local function put_variant(variant, terms, unsold, sold)
  redis.call('SADD', KEYS[2], variant)
  redis.call(
    'HSET', KEYS[3] .. variant, 'stock', unsold + sold, 'available', unsold, 'held', 0, 'sold', sold,
    'terms', terms
  )
  redis.call('HSET', KEYS[11], variant .. '/available', unsold, variant .. '/held', 0, variant .. '/sold', sold)
end
local replid = start_sale(ARGV[2])
if not replid then return { 2 } end
for i = 7, #ARGV, 4 do
  put_variant(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
return { 1, replid }`,
} as const);
