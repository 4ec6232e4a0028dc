--- @include "hold.lua"
--- @include "journal.lua"
--- @include "buyer.lua"

-- Ends a live hold: S moves its units to sold, L and X give them back.
local function finish(sale, key, hold, to, now, effects)
  local units = 0
  for variant, quantity in string.gmatch(hold.lines, LINE) do
    local shelf = KEYS.variant .. variant
    redis.call('HINCRBY', shelf, 'held', '-' .. quantity)
    redis.call('HINCRBY', shelf, to == 'S' and 'sold' or 'available', quantity)
    if hold.state == 'H' then redis.call('ZREM', KEYS.due .. ':' .. variant, key) end
    if to ~= 'S' then effects.touched[variant] = true end
    units = units + quantity
  end
  redis.call('ZREM', hold.state == 'H' and KEYS.due or KEYS.pinned, key)
  hold.state = to
  write_hold(key, hold)
  redis.call('ZADD', KEYS.ended, now, key)
  if sale.limit > 0 then take_from_buyer(key, to == 'S' and 0 or units) end
  journal(to, key, hold)
end
