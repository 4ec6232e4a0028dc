--- @include "line.lua"

-- A hold is one field, `<hold id>/<buyer id>`, with the text `state|expires|started|lines`.
-- States: H held, P paying, S sold, L released, X expired. Lines: `variant=quantity=terms`, separated by commas.

local function read_hold(key)
  local text = redis.call('HGET', KEYS.holds, key)
  if not text then return nil end
  local state, expires, started, lines = string.match(text, '^(%a)|(%d+)|(%d+)|(.*)$')
  return { state = state, expires = tonumber(expires), started = tonumber(started), lines = lines }
end

local function hold_text(hold)
  return string.format('%s|%.0f|%.0f|%s', hold.state, hold.expires, hold.started, hold.lines)
end

local function write_hold(key, hold)
  redis.call('HSET', KEYS.holds, key, hold_text(hold))
end
