--- @include "wipe.lua"

-- Begins a sale with an empty memory under a new epoch. Gives the replication id it is bound to, or nil when the
-- server already has this epoch or a later one.
local function start_sale(state)
  local epoch = redis.call('HGET', KEYS.sale, 'epoch')
  if epoch and tonumber(epoch) >= tonumber(ARGV.epoch) then return nil end
  wipe()
  local replid = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  redis.call(
    'HSET', KEYS.sale, 'epoch', ARGV.epoch, 'replid', replid, 'state', state, 'startsAt', ARGV.startsAt,
    'endsAt', ARGV.endsAt, 'limit', ARGV.limit, 'ttl', ARGV.ttl
  )
  return replid
end
