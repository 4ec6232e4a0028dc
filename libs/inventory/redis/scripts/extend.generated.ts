// Generated from extend.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** moves the end of a live hold to a later time; an earlier one changes nothing. */
export const extendScript = defineScript({
  name: 'extend',
  keys: ['sale', 'holds', 'due', 'pinned'],
  args: { epoch: 'integer', key: 'text', ends: 'integer' },
  rest: {},
  replies: {
    ok: { expiresAt: 'integer' },
    not_held: { state: 'text' },
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
local hold = read_hold(ARGV[2])
if not hold then return { -8, 'U' } end
if hold.state ~= 'H' and hold.state ~= 'P' then return { -8, hold.state } end
if hold.state == 'H' and hold.expires <= clock() then return { -8, 'X' } end
local ends = tonumber(ARGV[3])
if ends > hold.expires then
  hold.expires = ends
  if hold.state == 'H' then
    redis.call('ZADD', KEYS[3], ends, ARGV[2])
    for variant in string.gmatch(hold.lines, LINE) do
      redis.call('ZADD', KEYS[3] .. ':' .. variant, ends, ARGV[2])
    end
  else
    redis.call('ZADD', KEYS[4], ends, ARGV[2])
  end
  write_hold(ARGV[2], hold)
end
return { 1, hold.expires }`,
} as const);
