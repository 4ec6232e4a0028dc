--[[
restore: puts a part of a sale's memory back while it is being rebuilt.
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
  base      hash: the counters that the journal begins from
ARGV
  epoch     integer  the new epoch
  ...kind   text     V variant, H hold, B units bought by a buyer, W waiter
  ...name   text     V: variant; H and W: key; B: buyer
  ...text   text     V: terms; H: the hold as `hold.lua` writes it; W: variant; B: nothing
  ...number integer  V: unsold units; H: when it ended; B: units; W: rank
  ...other  integer  V: sold units; else 0
REPLIES
  ok           restored
  stale_epoch  another rebuild began since
]]
--- @include "includes/read-sale.lua"
--- @include "includes/hold.lua"
--- @include "includes/buyer.lua"
--- @include "includes/put-variant.lua"
local sale = read_sale()
if not sale or sale.state ~= 'loading' then return { CODE.stale_epoch } end

local function restore_hold(key, text, ended)
  redis.call('HSET', KEYS.holds, key, text)
  local hold = read_hold(key)
  if hold.state ~= 'H' and hold.state ~= 'P' then
    redis.call('ZADD', KEYS.ended, ended, key)
    return
  end
  local units = 0
  for variant, quantity in string.gmatch(hold.lines, LINE) do
    local shelf = KEYS.variant .. variant
    redis.call('HINCRBY', shelf, 'available', '-' .. quantity)
    redis.call('HINCRBY', shelf, 'held', quantity)
    redis.call('HINCRBY', KEYS.base, variant .. '/available', '-' .. quantity)
    redis.call('HINCRBY', KEYS.base, variant .. '/held', quantity)
    if hold.state == 'H' then redis.call('ZADD', KEYS.due .. ':' .. variant, hold.expires, key) end
    units = units + quantity
  end
  redis.call('ZADD', hold.state == 'H' and KEYS.due or KEYS.pinned, hold.expires, key)
  if sale.limit > 0 then add_to_buyer(key, units) end
end

for i = REST_FROM, #ARGV, 5 do
  local kind, name, text, number = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  if kind == 'V' then
    put_variant(name, text, number, ARGV[i + 4])
  elseif kind == 'H' then
    restore_hold(name, text, number)
  elseif kind == 'B' then
    local units, keys = read_buyer(name)
    write_buyer(name, units + number, keys)
  elseif kind == 'W' then
    redis.call('ZADD', KEYS.waiting .. text, number, name)
    if sale.limit > 0 then add_to_buyer(name, 1) end
  end
end
return { CODE.ok }
