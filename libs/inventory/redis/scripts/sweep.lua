--[[
sweep: ends holds past their time (at most 200), promotes waiters, forgets old ended keys, names pinned keys past their time.
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
  keptMs    integer  how long ended keys are remembered
  askAgainMs integer  how long a pinned key that was named is not named again
REPLIES
  ok expired:texts promoted:texts duePinned:texts more:integer  `more` is 1 while holds past their time are left
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
local effects = new_effects()
for _, key in ipairs(redis.call('ZRANGEBYSCORE', KEYS.due, '-inf', now, 'LIMIT', 0, effects.left)) do
  finish(sale, key, read_hold(key), 'X', now, effects)
  effects.expired[#effects.expired + 1] = key
end
local more = #effects.expired == effects.left and 1 or 0
promote_touched(sale, now, effects)

local old = redis.call('ZRANGEBYSCORE', KEYS.ended, '-inf', now - ARGV.keptMs, 'LIMIT', 0, 200)
if #old > 0 then
  redis.call('HDEL', KEYS.holds, unpack(old))
  redis.call('ZREM', KEYS.ended, unpack(old))
end

local pinned = redis.call('ZRANGEBYSCORE', KEYS.pinned, '-inf', now, 'LIMIT', 0, 50)
for _, key in ipairs(pinned) do redis.call('ZADD', KEYS.pinned, now + ARGV.askAgainMs, key) end
return { CODE.ok, effects.expired, effects.promoted, pinned, more }
