--[[
change: sets rules and prices of a sale; what is left out stays as it is.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variant   prefix of one hash per variant: stock, available, held, sold, terms
ARGV
  epoch     integer  the epoch that the caller believes in
  state     text     the new state; empty to keep it
  startsAt  integer  milliseconds since 1970, 0 for at once, -1 to keep it
  endsAt    integer  milliseconds since 1970, 0 for never, -1 to keep it
  ...variant text    a variant
  ...terms  text     its new terms, unless those in force have a later version; holds keep theirs
REPLIES
  ok  changed
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/read-sale.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
if ARGV.state ~= '' then redis.call('HSET', KEYS.sale, 'state', ARGV.state) end
if ARGV.startsAt ~= '-1' then redis.call('HSET', KEYS.sale, 'startsAt', ARGV.startsAt) end
if ARGV.endsAt ~= '-1' then redis.call('HSET', KEYS.sale, 'endsAt', ARGV.endsAt) end
-- Two price changes may arrive in the wrong order: the version at the end of the terms decides.
local function version(terms)
  return tonumber(string.match(terms, '(%d+)$') or '0')
end
for i = REST_FROM, #ARGV, 2 do
  local shelf = KEYS.variant .. ARGV[i]
  local terms = redis.call('HGET', shelf, 'terms')
  if terms and version(terms) <= version(ARGV[i + 1]) then redis.call('HSET', shelf, 'terms', ARGV[i + 1]) end
end
return { CODE.ok }
