--[[
confirm: moves live holds to sold, because Postgres sold them; holds already sold are left alone.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variant   prefix of one hash per variant: stock, available, held, sold, terms
  holds     hash: hold by key
  buyers    hash: what counts against each buyer's limit
  ended     sorted set: ended keys by the time they ended
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
  journal   stream of every change of counters
ARGV
  epoch     integer  the epoch that the caller believes in
  ...key    text     `<hold id>/<buyer id>`
REPLIES
  ok missing:texts  keys that are unknown here or ended otherwise
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/effects.lua"
--- @include "includes/finish.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local now = clock()
local effects, missing = new_effects(), {}
for i = REST_FROM, #ARGV do
  local hold = read_hold(ARGV[i])
  if hold and (hold.state == 'H' or hold.state == 'P') then
    finish(sale, ARGV[i], hold, 'S', now, effects)
  elseif not hold or hold.state ~= 'S' then
    missing[#missing + 1] = ARGV[i]
  end
end
return { CODE.ok, missing }
