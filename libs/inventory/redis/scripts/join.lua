--[[
join: lets a buyer wait for one unit of a variant that has none free; that unit counts against their limit from now on.
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
ARGV
  epoch     integer  the epoch that the caller believes in
  key       text     `<id of the hold to be>/<buyer id>`
  variant   text     the variant
  rank      integer  position in the order of arrival
REPLIES
  ok  waiting
  available  there is a unit to be bought
  limit_reached  the buyer has as many units as they may
  closed  no unit can come back
  unknown_variant  the sale does not have it
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/effects.lua"
--- @include "includes/free-due.lua"
--- @include "includes/promote-waiting.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local now = clock()
local queue = KEYS.waiting .. ARGV.variant
if redis.call('ZSCORE', queue, ARGV.key) or read_hold(ARGV.key) then return { CODE.ok } end
if not is_running(sale, now) then return { CODE.closed } end
local effects = new_effects()
free_due(sale, ARGV.variant, now, effects)
promote_touched(sale, now, effects)
promote_waiting(sale, ARGV.variant, now, effects)
local shelf = redis.call('HMGET', KEYS.variant .. ARGV.variant, 'available', 'held')
if not shelf[1] then return { CODE.unknown_variant } end
if tonumber(shelf[1]) > 0 then return { CODE.available } end
if tonumber(shelf[2]) == 0 then return { CODE.closed } end
if sale.limit > 0 then
  local buyer = buyer_of(ARGV.key)
  if read_buyer(buyer) + 1 > sale.limit then
    free_own_due(sale, buyer, now, effects)
    promote_touched(sale, now, effects)
    if read_buyer(buyer) + 1 > sale.limit then return { CODE.limit_reached } end
  end
  add_to_buyer(ARGV.key, 1)
end
redis.call('ZADD', queue, ARGV.rank, ARGV.key)
return { CODE.ok }
