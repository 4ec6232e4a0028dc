-- What counts against a buyer's limit: `<units> <key> <key>...`, the units held, bought and waited for, and the keys
-- of the live holds and waits among them. Kept only where the sale has a limit.
local function buyer_of(key)
  return string.match(key, '/(.+)$')
end

local function read_buyer(buyer)
  local units, keys = string.match(redis.call('HGET', KEYS.buyers, buyer) or '0', '^(%d+)(.*)$')
  return tonumber(units), keys
end

local function write_buyer(buyer, units, keys)
  if units == 0 and keys == '' then
    redis.call('HDEL', KEYS.buyers, buyer)
  else
    redis.call('HSET', KEYS.buyers, buyer, string.format('%.0f', units) .. keys)
  end
end

local function add_to_buyer(key, quantity)
  local buyer = buyer_of(key)
  local units, keys = read_buyer(buyer)
  write_buyer(buyer, units + quantity, keys .. ' ' .. key)
end

-- Takes a key off the list; `quantity` units with it.
local function take_from_buyer(key, quantity)
  local buyer = buyer_of(key)
  local units, keys = read_buyer(buyer)
  local from, to = string.find(keys, ' ' .. key, 1, true)
  if from then keys = string.sub(keys, 1, from - 1) .. string.sub(keys, to + 1) end
  write_buyer(buyer, math.max(units - quantity, 0), keys)
end
