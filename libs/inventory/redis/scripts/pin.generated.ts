// Generated from pin.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** keeps holds for a payment, all or none; from now on only a verdict ends them. */
export const pinScript = defineScript({
  name: 'pin',
  keys: ['sale', 'holds', 'due', 'pinned'],
  args: { epoch: 'integer' },
  rest: { key: 'text' },
  replies: {
    ok: {},
    not_held: { key: 'text', state: 'text' },
    closed: {},
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
local LINE = '([^=,|]+)=(%-?%d+)=([^,|]*)'
local function read_hold(key)
  local text = redis.call('HGET', KEYS[2], key)
  if not text then return nil end
  local state, expires, started, lines = string.match(text, '^(%a)|(%d+)|(%d+)|(.*)$')
  return { state = state, expires = tonumber(expires), started = tonumber(started), lines = lines }
end
local function hold_text(hold)
  return string.format('%s|%.0f|%.0f|%s', hold.state, hold.expires, hold.started, hold.lines)
end
local function write_hold(key, hold)
  redis.call('HSET', KEYS[2], key, hold_text(hold))
end
local sale = read_sale()
if not sale then return { -1 } end
if sale.state == 'stopped' then return { -3 } end
local now = clock()
local fresh = {}
for i = 2, #ARGV do
  local hold = read_hold(ARGV[i])
  if not hold then return { -8, ARGV[i], 'U' } end
  if hold.state == 'H' then
    if hold.expires <= now then return { -8, ARGV[i], 'X' } end
    fresh[ARGV[i]] = hold
  elseif hold.state ~= 'P' then
    return { -8, ARGV[i], hold.state }
  end
end
for key, hold in pairs(fresh) do
  for variant in string.gmatch(hold.lines, LINE) do redis.call('ZREM', KEYS[3] .. ':' .. variant, key) end
  redis.call('ZREM', KEYS[3], key)
  redis.call('ZADD', KEYS[4], hold.expires, key)
  hold.state = 'P'
  write_hold(key, hold)
end
return { 1 }`,
} as const);
