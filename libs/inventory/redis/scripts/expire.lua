--[[
expire: ends one held hold that is past its time; a pinned one only ends by a verdict.
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
  key       text     `<hold id>/<buyer id>`
REPLIES
  ok promoted:texts  ended
  exists expiresAt:integer  not past its time
  pinned  kept for a payment
  not_held state:text  over (S, L, X) or unknown (U)
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
local hold = read_hold(ARGV.key)
if not hold then return { CODE.not_held, 'U' } end
-- @guard pinned
if hold.state == 'P' then return { CODE.pinned } end
-- @end
if hold.state ~= 'H' and hold.state ~= 'P' then return { CODE.not_held, hold.state } end
if hold.expires > now then return { CODE.exists, hold.expires } end
local effects = new_effects()
finish(sale, ARGV.key, hold, 'X', now, effects)
promote_touched(sale, now, effects)
return { CODE.ok, effects.promoted }
