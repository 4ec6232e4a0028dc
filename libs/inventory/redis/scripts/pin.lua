--[[
pin: keeps holds for a payment, all or none; from now on only a verdict ends them.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  holds     hash: hold by key
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
ARGV
  epoch     integer  the epoch that the caller believes in
  ...key    text     `<hold id>/<buyer id>`
REPLIES
  ok  all are pinned
  not_held key:text state:text  this one is over (S, L, X) or unknown (U); none was pinned by this call
  closed  the sale was stopped
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/hold.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
if sale.state == 'stopped' then return { CODE.closed } end
local now = clock()
local fresh = {}
for i = REST_FROM, #ARGV do
  local hold = read_hold(ARGV[i])
  if not hold then return { CODE.not_held, ARGV[i], 'U' } end
  if hold.state == 'H' then
    if hold.expires <= now then return { CODE.not_held, ARGV[i], 'X' } end
    fresh[ARGV[i]] = hold
  elseif hold.state ~= 'P' then
    return { CODE.not_held, ARGV[i], hold.state }
  end
end
for key, hold in pairs(fresh) do
  for variant in string.gmatch(hold.lines, LINE) do redis.call('ZREM', KEYS.due .. ':' .. variant, key) end
  redis.call('ZREM', KEYS.due, key)
  redis.call('ZADD', KEYS.pinned, hold.expires, key)
  hold.state = 'P'
  write_hold(key, hold)
end
return { CODE.ok }
