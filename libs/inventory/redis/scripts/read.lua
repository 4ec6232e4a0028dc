--[[
read: rules and counters of a sale, in one atomic step.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variants  set of the sale's variants
  variant   prefix of one hash per variant: stock, available, held, sold, terms
  waiting   prefix of one sorted set per variant: waiters' keys by rank
ARGV
  epoch     integer  the epoch that the caller believes in
  all       integer  1 for every variant of the sale, else those that follow
  ...variant text    a variant; unknown ones are left out
REPLIES
  ok state:text startsAt:integer endsAt:integer limit:integer ttl:integer counters:texts  per variant: variant, stock, available, held, sold, terms, waiting
  stale_epoch  this server's memory is not the one the caller believes in
]]
--- @include "includes/read-sale.lua"
local sale = read_sale()
if not sale then return { CODE.stale_epoch } end
local counters = {}
local function add(variant)
  local shelf = redis.call('HMGET', KEYS.variant .. variant, 'stock', 'available', 'held', 'sold', 'terms')
  if not shelf[1] then return end
  local n = #counters
  counters[n + 1] = variant
  for i = 1, 5 do counters[n + 1 + i] = shelf[i] end
  counters[n + 7] = tostring(redis.call('ZCARD', KEYS.waiting .. variant))
end
if ARGV.all == '1' then
  for _, variant in ipairs(redis.call('SMEMBERS', KEYS.variants)) do add(variant) end
else
  for i = REST_FROM, #ARGV do add(ARGV[i]) end
end
return { CODE.ok, sale.state, sale.starts_at, sale.ends_at, sale.limit, sale.ttl, counters }
