--[[
leave: ends a wait; the unit no longer counts against the buyer's limit.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  buyers    hash: what counts against each buyer's limit
  waiting   prefix of one sorted set per variant: waiters' keys by rank
ARGV
  epoch     integer  the epoch that the caller believes in
  key       text     `<id of the hold to be>/<buyer id>`
  variant   text     the variant
REPLIES
  ok  does not wait any more
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/read-sale.lua"
--- @include "includes/buyer.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
if redis.call('ZREM', KEYS.waiting .. ARGV.variant, ARGV.key) == 1 and sale.limit > 0 then
  take_from_buyer(ARGV.key, 1)
end
return { CODE.ok }
