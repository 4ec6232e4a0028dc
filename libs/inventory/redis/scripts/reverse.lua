--[[
reverse: takes sold units back, to be sold again or out of the sale; a repeated change id changes nothing.
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
  changeId  text     names this change
  variant   text     the variant
  quantity  integer  how many units
  buyer     text     whose limit gets them back; empty for nobody's
  outside   integer  1 to take them out of the sale
REPLIES
  ok stock:integer available:integer held:integer sold:integer promoted:texts  taken back
  replay stock:integer available:integer held:integer sold:integer  taken back before
  not_enough sold:integer  fewer units are sold
  unknown_variant  the sale does not have it
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/effects.lua"
--- @include "includes/finish.lua"
--- @include "includes/promote-waiting.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local now = clock()
local shelf = KEYS.variant .. ARGV.variant
local change = 'change/' .. ARGV.changeId .. '/' .. ARGV.variant
local sold = tonumber(redis.call('HGET', shelf, 'sold'))
if not sold then return { CODE.unknown_variant } end
local quantity = tonumber(ARGV.quantity)
local effects = new_effects()
local known = redis.call('HEXISTS', KEYS.holds, change) == 1
if not known then
  if sold < quantity then return { CODE.not_enough, sold } end
  local outside = ARGV.outside == '1'
  redis.call('HINCRBY', shelf, 'sold', -quantity)
  redis.call('HINCRBY', shelf, outside and 'stock' or 'available', outside and -quantity or quantity)
  redis.call('HSET', KEYS.holds, change, 'A|0|0|')
  redis.call('ZADD', KEYS.ended, now, change)
  if sale.limit > 0 and ARGV.buyer ~= '' then
    local units, keys = read_buyer(ARGV.buyer)
    write_buyer(ARGV.buyer, math.max(units - quantity, 0), keys)
  end
  journal_stock(outside and 'W' or 'V', ARGV.variant, quantity)
  if not outside then promote_waiting(sale, ARGV.variant, now, effects) end
end
local counters = redis.call('HMGET', shelf, 'stock', 'available', 'held', 'sold')
if known then return { CODE.replay, unpack(counters) } end
return { CODE.ok, counters[1], counters[2], counters[3], counters[4], effects.promoted }
