// Generated from leave.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** ends a wait; the unit no longer counts against the buyer's limit. */
export const leaveScript = defineScript({
  name: 'leave',
  keys: ['sale', 'buyers', 'waiting'],
  args: { epoch: 'integer', key: 'text', variant: 'text' },
  rest: {},
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
local function buyer_of(key)
  return string.match(key, '/(.+)$')
end
local function read_buyer(buyer)
  local units, keys = string.match(redis.call('HGET', KEYS[2], buyer) or '0', '^(%d+)(.*)$')
  return tonumber(units), keys
end
local function write_buyer(buyer, units, keys)
  if units == 0 and keys == '' then
    redis.call('HDEL', KEYS[2], buyer)
  else
    redis.call('HSET', KEYS[2], buyer, string.format('%.0f', units) .. keys)
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
local sale = read_sale()
if not sale then return { -1 } end
if redis.call('ZREM', KEYS[3] .. ARGV[3], ARGV[2]) == 1 and sale.limit > 0 then
  take_from_buyer(ARGV[2], 1)
end
return { 1 }`,
} as const);
