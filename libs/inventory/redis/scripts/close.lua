--[[
close: ends a sale; `closed` lets holds live on, `stopped` gives the unpaid ones back, at most 200 in one call.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variant   prefix of one hash per variant: stock, available, held, sold, terms
  holds     hash: hold by key
  buyers    hash: what counts against each buyer's limit
  ended     sorted set: ended keys by the time they ended
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
  waiting   prefix of one sorted set per variant: waiters' keys by rank
  journal   stream of every change of counters
  variants  set of the sale's variants
ARGV
  epoch     integer  the epoch that the caller believes in
  state     text     closed or stopped
REPLIES
  ok released:texts more:integer  `more` is 1 while holds are left to give back
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/effects.lua"
--- @include "includes/finish.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local now = clock()
redis.call('HSET', KEYS.sale, 'state', ARGV.state)
for _, variant in ipairs(redis.call('SMEMBERS', KEYS.variants)) do
  redis.call('UNLINK', KEYS.waiting .. variant)
end
local effects, released = new_effects(), {}
if ARGV.state == 'stopped' then
  for _, key in ipairs(redis.call('ZRANGE', KEYS.due, 0, effects.left - 1)) do
    finish(sale, key, read_hold(key), 'L', now, effects)
    released[#released + 1] = key
  end
end
return { CODE.ok, released, #released == effects.left and 1 or 0 }
