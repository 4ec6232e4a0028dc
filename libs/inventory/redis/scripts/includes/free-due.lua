--- @include "finish.lua"

-- Ends holds of one variant that are past their time: to the next buyer they count as free at once.
local function free_due(sale, variant, now, effects)
  if effects.left <= 0 then return end
  local keys = redis.call('ZRANGEBYSCORE', KEYS.due .. ':' .. variant, '-inf', now, 'LIMIT', 0, effects.left)
  for _, key in ipairs(keys) do
    finish(sale, key, read_hold(key), 'X', now, effects)
    effects.expired[#effects.expired + 1] = key
    effects.left = effects.left - 1
  end
end

-- Ends the buyer's own holds that are past their time, whatever their variants; there are at most `limit` of them.
local function free_own_due(sale, buyer, now, effects)
  local _, keys = read_buyer(buyer)
  for key in string.gmatch(keys, '[^ ]+') do
    local hold = read_hold(key)
    if hold and hold.state == 'H' and hold.expires <= now then
      finish(sale, key, hold, 'X', now, effects)
      effects.expired[#effects.expired + 1] = key
    end
  end
end
