// Generated from restore.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** puts a part of a sale's memory back while it is being rebuilt. */
export const restoreScript = defineScript({
  name: 'restore',
  keys: ['sale', 'variants', 'variant', 'holds', 'buyers', 'ended', 'due', 'pinned', 'waiting', 'base'],
  args: { epoch: 'integer' },
  rest: { kind: 'text', name: 'text', text: 'text', number: 'integer', other: 'integer' },
  replies: {
    ok: {},
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
local LINE = '([^=,|]+)=(%-?%d+)=([^,|]*)'
local function read_hold(key)
  local text = redis.call('HGET', KEYS[4], key)
  if not text then return nil end
  local state, expires, started, lines = string.match(text, '^(%a)|(%d+)|(%d+)|(.*)$')
  return { state = state, expires = tonumber(expires), started = tonumber(started), lines = lines }
end
local function hold_text(hold)
  return string.format('%s|%.0f|%.0f|%s', hold.state, hold.expires, hold.started, hold.lines)
end
local function write_hold(key, hold)
  redis.call('HSET', KEYS[4], key, hold_text(hold))
end
local function buyer_of(key)
  return string.match(key, '/(.+)$')
end
local function read_buyer(buyer)
  local units, keys = string.match(redis.call('HGET', KEYS[5], buyer) or '0', '^(%d+)(.*)$')
  return tonumber(units), keys
end
local function write_buyer(buyer, units, keys)
  if units == 0 and keys == '' then
    redis.call('HDEL', KEYS[5], buyer)
  else
    redis.call('HSET', KEYS[5], buyer, string.format('%.0f', units) .. keys)
  end
end
local function add_to_buyer(key, quantity)
  local buyer = buyer_of(key)
  local units, keys = read_buyer(buyer)
  write_buyer(buyer, units + quantity, keys .. ' ' .. key)
end
local function take_from_buyer(key, quantity)
  local buyer = buyer_of(key)
  local units, keys = read_buyer(buyer)
  local from, to = string.find(keys, ' ' .. key, 1, true)
  if from then keys = string.sub(keys, 1, from - 1) .. string.sub(keys, to + 1) end
  write_buyer(buyer, math.max(units - quantity, 0), keys)
end
local function put_variant(variant, terms, unsold, sold)
  redis.call('SADD', KEYS[2], variant)
  redis.call(
    'HSET', KEYS[3] .. variant, 'stock', unsold + sold, 'available', unsold, 'held', 0, 'sold', sold,
    'terms', terms
  )
  redis.call('HSET', KEYS[10], variant .. '/available', unsold, variant .. '/held', 0, variant .. '/sold', sold)
end
local sale = read_sale()
if not sale or sale.state ~= 'loading' then return { -1 } end
local function restore_hold(key, text, ended)
  redis.call('HSET', KEYS[4], key, text)
  local hold = read_hold(key)
  if hold.state ~= 'H' and hold.state ~= 'P' then
    redis.call('ZADD', KEYS[6], ended, key)
    return
  end
  local units = 0
  for variant, quantity in string.gmatch(hold.lines, LINE) do
    local shelf = KEYS[3] .. variant
    redis.call('HINCRBY', shelf, 'available', '-' .. quantity)
    redis.call('HINCRBY', shelf, 'held', quantity)
    redis.call('HINCRBY', KEYS[10], variant .. '/available', '-' .. quantity)
    redis.call('HINCRBY', KEYS[10], variant .. '/held', quantity)
    if hold.state == 'H' then redis.call('ZADD', KEYS[7] .. ':' .. variant, hold.expires, key) end
    units = units + quantity
  end
  redis.call('ZADD', hold.state == 'H' and KEYS[7] or KEYS[8], hold.expires, key)
  if sale.limit > 0 then add_to_buyer(key, units) end
end
for i = 2, #ARGV, 5 do
  local kind, name, text, number = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if kind == 'V' then
    put_variant(name, text, number, ARGV[i + 4])
  elseif kind == 'H' then
    restore_hold(name, text, number)
  elseif kind == 'B' then
    local units, keys = read_buyer(name)
    write_buyer(name, units + number, keys)
  elseif kind == 'W' then
    redis.call('ZADD', KEYS[9] .. text, number, name)
    if sale.limit > 0 then add_to_buyer(name, 1) end
  end
end
return { 1 }`,
} as const);
