--[[
rebuild: empties a sale under a new epoch so that `restore` can fill it; until `change` sets its state it gives out nothing.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variants  set of the sale's variants
  variant   prefix of one hash per variant
  holds     hash: hold by key
  buyers    hash: what counts against each buyer's limit
  ended     sorted set: ended keys by the time they ended
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
  waiting   prefix of one sorted set per variant
  journal   stream of every change of counters
  base      hash: the counters that the journal begins from
ARGV
  epoch     integer  the new epoch
  startsAt  integer  milliseconds since 1970; 0 for at once
  endsAt    integer  milliseconds since 1970; 0 for never
  limit     integer  units per buyer; 0 for no limit
  ttl       integer  milliseconds a hold lives
REPLIES
  ok replid:text  empty and ready to be filled
  stale_epoch     this epoch or a later one was there already
]]
--- @include "includes/start-sale.lua"
local replid = start_sale('loading')
if not replid then return { CODE.stale_epoch } end
return { CODE.ok, replid }
