--[[
adjust: adds units of a variant to the sale, or takes available ones away; a repeated change id changes nothing.
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
  changeId  text     names this change
  variant   text     the variant
  delta     integer  units to add; below zero to take away
  terms     text     terms of a variant that the sale does not have yet; empty to refuse it
REPLIES
  ok stock:integer available:integer held:integer sold:integer expired:texts promoted:texts  changed
  replay stock:integer available:integer held:integer sold:integer  changed before
  not_enough available:integer  fewer units than are to be taken away
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
local shelf = KEYS.variant .. ARGV.variant
local change = 'change/' .. ARGV.changeId

local function counters()
  return unpack(redis.call('HMGET', shelf, 'stock', 'available', 'held', 'sold'))
end

if redis.call('HEXISTS', KEYS.holds, change) == 1 then return { CODE.replay, counters() } end
local delta = tonumber(ARGV.delta)
local effects = new_effects()
if redis.call('SISMEMBER', KEYS.variants, ARGV.variant) == 0 then
  if ARGV.terms == '' or delta < 0 then return { CODE.unknown_variant } end
  redis.call('SADD', KEYS.variants, ARGV.variant)
  redis.call('HSET', shelf, 'stock', 0, 'available', 0, 'held', 0, 'sold', 0, 'terms', ARGV.terms)
end
if delta < 0 then
  local available = tonumber(redis.call('HGET', shelf, 'available'))
  if available < -delta then
    free_due(sale, ARGV.variant, now, effects)
    promote_touched(sale, now, effects)
    available = tonumber(redis.call('HGET', shelf, 'available'))
  end
  if available < -delta then return { CODE.not_enough, available } end
end
redis.call('HINCRBY', shelf, 'stock', delta)
redis.call('HINCRBY', shelf, 'available', delta)
redis.call('HSET', KEYS.holds, change, 'A|0|0|')
redis.call('ZADD', KEYS.ended, now, change)
journal_stock('A', ARGV.variant, delta)
if delta > 0 then promote_waiting(sale, ARGV.variant, now, effects) end
local stock, available, held, sold = counters()
return { CODE.ok, stock, available, held, sold, effects.expired, effects.promoted }
