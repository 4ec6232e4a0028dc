--[[
drop: forgets a sale that is over.
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
REPLIES
  ok  forgotten
]]
--- @include "includes/wipe.lua"
wipe()
redis.call('UNLINK', KEYS.sale)
return { CODE.ok }
