// Generated from rebuild.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** empties a sale under a new epoch so that `restore` can fill it; until `change` sets its state it gives out nothing. */
export const rebuildScript = defineScript({
  name: 'rebuild',
  keys: ['sale', 'variants', 'variant', 'holds', 'buyers', 'ended', 'due', 'pinned', 'waiting', 'journal', 'base'],
  args: { epoch: 'integer', startsAt: 'integer', endsAt: 'integer', limit: 'integer', ttl: 'integer' },
  rest: {},
  replies: {
    ok: { replid: 'text' },
    stale_epoch: {},
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
    'HSET', KEYS[1], 'epoch', ARGV[1], 'replid', replid, 'state', state, 'startsAt', ARGV[2],
    'endsAt', ARGV[3], 'limit', ARGV[4], 'ttl', ARGV[5]
  )
  return replid
end
local replid = start_sale('loading')
if not replid then return { -1 } end
return { 1, replid }`,
} as const);
