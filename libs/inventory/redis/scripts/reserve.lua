--[[
reserve: claims units of one or more variants for a buyer, all lines or none; a repeated key gives the first answer.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variant   prefix of one hash per variant: stock, available, held, sold, terms
  holds     hash: hold by key
  buyers    hash: what counts against each buyer's limit
  ended     sorted set: ended keys by the time they ended
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
  waiting   prefix of one sorted set per variant: waiters' keys by rank
  journal   stream of every change of counters
ARGV
  epoch     integer  the epoch that the caller believes in
  key       text     `<hold id>/<buyer id>`
  ...variant text    what is wanted, each variant once, in a stable order
  ...quantity integer  how many of it
REPLIES
  ok expiresAt:integer startedAt:integer lines:text expired:texts promoted:texts  claimed
  replay state:text expiresAt:integer startedAt:integer lines:text  claimed before and alive
  ended state:text  claimed before and over
  sold_out variant:text outstanding:integer expired:texts promoted:texts  units held by others may come back
  limit_reached limit:integer units:integer expired:texts promoted:texts  the buyer's units would be too many
  not_open startsAt:integer paused:integer  not yet, or not at this moment
  closed  over
  invalid reason:text  lines, other_lines or unknown_variant
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/effects.lua"
--- @include "includes/free-due.lua"
--- @include "includes/promote-waiting.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local now = clock()

local function same_lines(text)
  local i = REST_FROM
  for variant, quantity in string.gmatch(text, LINE) do
    if ARGV[i] ~= variant or ARGV[i + 1] ~= quantity then return false end
    i = i + 2
  end
  return i == #ARGV + 1
end

-- @guard replay
local known = read_hold(ARGV.key)
if known then
  if known.lines ~= '' and not same_lines(known.lines) then return { CODE.invalid, 'other_lines' } end
  if known.state == 'H' and known.expires <= now then return { CODE.ended, 'X' } end
  if known.state ~= 'H' and known.state ~= 'P' then return { CODE.ended, known.state } end
  return { CODE.replay, known.state, known.expires, known.started, known.lines }
end
-- @end

if sale.state == 'closed' or sale.state == 'stopped' then return { CODE.closed } end
if sale.state ~= 'open' then return { CODE.not_open, sale.starts_at, 1 } end
if sale.starts_at > now then return { CODE.not_open, sale.starts_at, 0 } end
-- @guard ends-at
if sale.ends_at ~= 0 and sale.ends_at <= now then return { CODE.closed } end
-- @end

local effects = new_effects()
local lines, units, seen = {}, 0, {}

-- One line with the shelf as it is now; nil when the sale does not have the variant.
local function read_line(i)
  local shelf = redis.call('HMGET', KEYS.variant .. ARGV[i], 'available', 'held', 'terms')
  if not shelf[1] then return nil end
  return { ARGV[i], tonumber(ARGV[i + 1]), tonumber(shelf[1]), tonumber(shelf[2]), shelf[3] }
end

local cleaned = false
for i = REST_FROM, #ARGV, 2 do
  -- @guard quantity
  if not string.find(ARGV[i + 1] or '', '^[1-9]%d?%d?%d?%d?%d?%d?$') or seen[ARGV[i]] then
    return { CODE.invalid, 'lines' }
  end
  -- @end
  seen[ARGV[i]] = true
  local line = read_line(i)
  if not line then return { CODE.invalid, 'unknown_variant' } end
  -- @guard waiters-first
  local crowded = redis.call('ZCARD', KEYS.waiting .. line[1]) > 0
  -- @else local crowded = false
  -- @end
  if crowded or line[3] < line[2] then
    -- @guard lazy-expiry
    free_due(sale, line[1], now, effects)
    -- @end
    promote_touched(sale, now, effects)
    promote_waiting(sale, line[1], now, effects)
    cleaned = true
  end
  lines[#lines + 1] = line
  units = units + line[2]
end
if #lines == 0 then return { CODE.invalid, 'lines' } end

-- @guard limit
if sale.limit > 0 then
  local buyer = buyer_of(ARGV.key)
  local has = read_buyer(buyer)
  if has + units > sale.limit then
    free_own_due(sale, buyer, now, effects)
    promote_touched(sale, now, effects)
    cleaned = true
    has = read_buyer(buyer)
    if has + units > sale.limit then
      return { CODE.limit_reached, sale.limit, has, effects.expired, effects.promoted }
    end
  end
end
-- @end

if cleaned then
  for n = 1, #lines do lines[n] = read_line(REST_FROM + 2 * (n - 1)) end
end
for _, line in ipairs(lines) do
  -- @guard stock
  if line[3] < line[2] then
    return { CODE.sold_out, line[1], line[4], effects.expired, effects.promoted }
  end
  -- @end
end
local hold = claim('R', sale, ARGV.key, lines, now)
return { CODE.ok, hold.expires, hold.started, hold.lines, effects.expired, effects.promoted }
