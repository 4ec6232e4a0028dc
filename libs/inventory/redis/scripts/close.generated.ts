// Generated from close.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** ends a sale; `closed` lets holds live on, `stopped` gives the unpaid ones back, at most 200 in one call. */
export const closeScript = defineScript({
  name: 'close',
  keys: ['sale', 'variant', 'holds', 'buyers', 'ended', 'due', 'pinned', 'waiting', 'journal', 'variants'],
  args: { epoch: 'integer', state: 'text' },
  rest: {},
  replies: {
    ok: { released: 'texts', more: 'integer' },
    stale_epoch: {},
  },
  lua: `
local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
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
local function new_effects()
  return { expired = {}, promoted = {}, touched = {}, left = 200 }
end
local LINE = '([^=,|]+)=(%-?%d+)=([^,|]*)'
local function read_hold(key)
  local text = redis.call('HGET', KEYS[3], key)
  if not text then return nil end
  local state, expires, started, lines = string.match(text, '^(%a)|(%d+)|(%d+)|(.*)$')
  return { state = state, expires = tonumber(expires), started = tonumber(started), lines = lines }
end
local function hold_text(hold)
  return string.format('%s|%.0f|%.0f|%s', hold.state, hold.expires, hold.started, hold.lines)
end
local function write_hold(key, hold)
  redis.call('HSET', KEYS[3], key, hold_text(hold))
end
local JOURNAL_MOST = 1000000
local function journal(kind, key, hold)
  redis.call(
    'XADD', KEYS[9], 'MAXLEN', '~', JOURNAL_MOST, '*', 'e',
    string.format('%s|%s|%.0f|%.0f|%s', kind, key, hold.expires, hold.started, hold.lines)
  )
end
local function journal_stock(kind, variant, delta)
  redis.call(
    'XADD', KEYS[9], 'MAXLEN', '~', JOURNAL_MOST, '*', 'e',
    string.format('%s||0|0|%s=%.0f=', kind, variant, delta)
  )
end
local function buyer_of(key)
  return string.match(key, '/(.+)$')
end
local function read_buyer(buyer)
  local units, keys = string.match(redis.call('HGET', KEYS[4], buyer) or '0', '^(%d+)(.*)$')
  return tonumber(units), keys
end
local function write_buyer(buyer, units, keys)
  if units == 0 and keys == '' then
    redis.call('HDEL', KEYS[4], buyer)
  else
    redis.call('HSET', KEYS[4], buyer, string.format('%.0f', units) .. keys)
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
local function finish(sale, key, hold, to, now, effects)
  local units = 0
  for variant, quantity in string.gmatch(hold.lines, LINE) do
    local shelf = KEYS[2] .. variant
    redis.call('HINCRBY', shelf, 'held', '-' .. quantity)
    redis.call('HINCRBY', shelf, to == 'S' and 'sold' or 'available', quantity)
    if hold.state == 'H' then redis.call('ZREM', KEYS[6] .. ':' .. variant, key) end
    if to ~= 'S' then effects.touched[variant] = true end
    units = units + quantity
  end
  redis.call('ZREM', hold.state == 'H' and KEYS[6] or KEYS[7], key)
  hold.state = to
  write_hold(key, hold)
  redis.call('ZADD', KEYS[5], now, key)
  if sale.limit > 0 then take_from_buyer(key, to == 'S' and 0 or units) end
  journal(to, key, hold)
end
local sale = read_sale()
if not sale then return { -1 } end
local now = clock()
redis.call('HSET', KEYS[1], 'state', ARGV[2])
for _, variant in ipairs(redis.call('SMEMBERS', KEYS[10])) do
  redis.call('UNLINK', KEYS[8] .. variant)
end
local effects, released = new_effects(), {}
if ARGV[2] == 'stopped' then
  for _, key in ipairs(redis.call('ZRANGE', KEYS[6], 0, effects.left - 1)) do
    finish(sale, key, read_hold(key), 'L', now, effects)
    released[#released + 1] = key
  end
end
return { 1, released, #released == effects.left and 1 or 0 }`,
} as const);
