--- @include "running.lua"
--- @include "claim.lua"

-- Gives free units of a variant to its waiters in the order of their arrival, one unit each, before anyone else. A
-- waiter's unit already counts against their limit, so nothing can refuse it here.
local function promote_waiting(sale, variant, now, effects)
  if not is_running(sale, now) then return end
  local queue = KEYS.waiting .. variant
  while effects.left > 0 do
    local key = redis.call('ZRANGE', queue, 0, 0)[1]
    if not key then return end
    local shelf = redis.call('HMGET', KEYS.variant .. variant, 'available', 'held', 'terms')
    if tonumber(shelf[1]) < 1 then return end
    redis.call('ZREM', queue, key)
    local hold = claim('P', sale, key, { { variant, 1, tonumber(shelf[1]), tonumber(shelf[2]), shelf[3] } }, now)
    effects.promoted[#effects.promoted + 1] = key .. '|' .. hold_text(hold)
    effects.left = effects.left - 1
  end
end

-- Offers everything that came free in this call to its waiters.
local function promote_touched(sale, now, effects)
  for variant in pairs(effects.touched) do promote_waiting(sale, variant, now, effects) end
end
