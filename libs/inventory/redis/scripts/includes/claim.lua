--- @include "hold.lua"
--- @include "journal.lua"
--- @include "buyer.lua"

-- Moves units from available to held and writes the hold. `lines`: { variant, quantity, available, held, terms } as
-- just read. The caller has checked everything.
local function claim(kind, sale, key, lines, now)
  local parts, units = {}, 0
  local expires = now + sale.ttl
  for i, line in ipairs(lines) do
    redis.call('HSET', KEYS.variant .. line[1], 'available', line[3] - line[2], 'held', line[4] + line[2])
    redis.call('ZADD', KEYS.due .. ':' .. line[1], expires, key)
    parts[i] = line[1] .. '=' .. string.format('%.0f', line[2]) .. '=' .. line[5]
    units = units + line[2]
  end
  redis.call('ZADD', KEYS.due, expires, key)
  local hold = { state = 'H', expires = expires, started = now, lines = table.concat(parts, ',') }
  write_hold(key, hold)
  if sale.limit > 0 and kind == 'R' then add_to_buyer(key, units) end
  journal(kind, key, hold)
  return hold
end
