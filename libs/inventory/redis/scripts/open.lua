--[[
open: makes a sale with its variants, or does nothing when this epoch is already there.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variants  set of the sale's variants
  variant   prefix of one hash per variant: stock, available, held, sold, terms
  holds     hash: hold by key
  buyers    hash: what counts against each buyer's limit
  ended     sorted set: ended keys by the time they ended
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
  waiting   prefix of one sorted set per variant: waiters' keys by rank
  journal   stream of every change of counters
  base      hash: the counters that the journal begins from
ARGV
  epoch     integer  epoch of the sale
  state     text     open, paused, closed or stopped
  startsAt  integer  milliseconds since 1970; 0 for at once
  endsAt    integer  milliseconds since 1970; 0 for never
  limit     integer  units per buyer; 0 for no limit
  ttl       integer  milliseconds a hold lives
  ...variant text    the variant
  ...terms  text     its terms in force
  ...unsold integer  units that are not sold
  ...sold   integer  units that are sold
REPLIES
  ok replid:text  made
  replay          this epoch, or a later one, was there already
]]
--- @include "includes/start-sale.lua"
--- @include "includes/put-variant.lua"
local replid = start_sale(ARGV.state)
if not replid then return { CODE.replay } end
for i = REST_FROM, #ARGV, 4 do
  put_variant(ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3])
end
return { CODE.ok, replid }
