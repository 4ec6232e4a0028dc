--[[
release: gives units of live holds back, paying ones included, because Postgres released them; waiters come first.
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
  ...key    text     `<hold id>/<buyer id>`
REPLIES
  ok missing:texts promoted:texts  keys that are sold here
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
local effects, missing = new_effects(), {}
for i = REST_FROM, #ARGV do
  local hold = read_hold(ARGV[i])
  if not hold then
    -- A reserve of this key that is still under way must not come to life after its release.
    write_hold(ARGV[i], { state = 'L', expires = 0, started = 0, lines = '' })
    redis.call('ZADD', KEYS.ended, now, ARGV[i])
  elseif hold.state == 'H' or hold.state == 'P' then
    finish(sale, ARGV[i], hold, 'L', now, effects)
  elseif hold.state == 'S' then
    missing[#missing + 1] = ARGV[i]
  end
end
promote_touched(sale, now, effects)
return { CODE.ok, missing, effects.promoted }
