--[[
extend: moves the end of a live hold to a later time; an earlier one changes nothing.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  holds     hash: hold by key
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
ARGV
  epoch     integer  the epoch that the caller believes in
  key       text     `<hold id>/<buyer id>`
  ends      integer  the new end, milliseconds since 1970
REPLIES
  ok expiresAt:integer  the end in force
  not_held state:text  over (S, L, X) or unknown (U)
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/clock.lua"
--- @include "includes/read-sale.lua"
--- @include "includes/hold.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local hold = read_hold(ARGV.key)
if not hold then return { CODE.not_held, 'U' } end
if hold.state ~= 'H' and hold.state ~= 'P' then return { CODE.not_held, hold.state } end
if hold.state == 'H' and hold.expires <= clock() then return { CODE.not_held, 'X' } end
local ends = tonumber(ARGV.ends)
if ends > hold.expires then
  hold.expires = ends
  if hold.state == 'H' then
    redis.call('ZADD', KEYS.due, ends, ARGV.key)
    for variant in string.gmatch(hold.lines, LINE) do
      redis.call('ZADD', KEYS.due .. ':' .. variant, ends, ARGV.key)
    end
  else
    redis.call('ZADD', KEYS.pinned, ends, ARGV.key)
  end
  write_hold(ARGV.key, hold)
end
return { CODE.ok, hold.expires }
