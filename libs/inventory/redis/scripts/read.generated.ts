// Generated from read.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** rules and counters of a sale, in one atomic step. */
export const readScript = defineScript({
  name: 'read',
  keys: ['sale', 'variants', 'variant', 'waiting'],
  args: { epoch: 'integer', all: 'integer' },
  rest: { variant: 'text' },
  replies: {
    ok: { state: 'text', startsAt: 'integer', endsAt: 'integer', limit: 'integer', ttl: 'integer', counters: 'texts' },
    stale_epoch: {},
  },
  lua: `
local function read_sale()
  local sale = redis.call('HMGET', KEYS[1], 'epoch', 'replid', 'state', 'startsAt', 'endsAt', 'limit', 'ttl')
  if not sale[1] then return nil end
-- @guard epoch
  if sale[1] ~= ARGV[1] then return nil end
-- @end
-- @guard replid
  if sale[2] ~= string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') then return nil end
-- @end
  return {
    state = sale[3],
    starts_at = tonumber(sale[4]),
    ends_at = tonumber(sale[5]),
    limit = tonumber(sale[6]),
    ttl = tonumber(sale[7]),
  }
end
local sale = read_sale()
if not sale then return { -1 } end
local counters = {}
local function add(variant)
  local shelf = redis.call('HMGET', KEYS[3] .. variant, 'stock', 'available', 'held', 'sold', 'terms')
  if not shelf[1] then return end
  local n = #counters
  counters[n + 1] = variant
  for i = 1, 5 do counters[n + 1 + i] = shelf[i] end
  counters[n + 7] = tostring(redis.call('ZCARD', KEYS[4] .. variant))
end
if ARGV[2] == '1' then
  for _, variant in ipairs(redis.call('SMEMBERS', KEYS[2])) do add(variant) end
else
  for i = 3, #ARGV do add(ARGV[i]) end
end
return { 1, sale.state, sale.starts_at, sale.ends_at, sale.limit, sale.ttl, counters }`,
} as const);
