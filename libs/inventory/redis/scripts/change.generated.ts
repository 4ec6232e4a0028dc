// Generated from change.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** sets rules and prices of a sale; what is left out stays as it is. */
export const changeScript = defineScript({
  name: 'change',
  keys: ['sale', 'variant'],
  args: { epoch: 'integer', state: 'text', startsAt: 'integer', endsAt: 'integer' },
  rest: { variant: 'text', terms: 'text' },
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
local sale = read_sale()
if not sale then return { -1 } end
if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'state', ARGV[2]) end
if ARGV[3] ~= '-1' then redis.call('HSET', KEYS[1], 'startsAt', ARGV[3]) end
if ARGV[4] ~= '-1' then redis.call('HSET', KEYS[1], 'endsAt', ARGV[4]) end
local function version(terms)
  return tonumber(string.match(terms, '(%d+)$') or '0')
end
for i = 5, #ARGV, 2 do
  local shelf = KEYS[2] .. ARGV[i]
  local terms = redis.call('HGET', shelf, 'terms')
  if terms and version(terms) <= version(ARGV[i + 1]) then redis.call('HSET', shelf, 'terms', ARGV[i + 1]) end
end
return { 1 }`,
} as const);
