--[[
inspect: a sale as JSON, for the reconciler and for tests; reads only. With its holds it takes long on a large sale.
KEYS
  sale      hash: epoch, replid, state, startsAt, endsAt, limit, ttl
  variants  set of the sale's variants
  variant   prefix of one hash per variant: stock, available, held, sold, terms
  holds     hash: hold by key
  buyers    hash: what counts against each buyer's limit
  due       sorted set: held keys by their end; with `:<variant>` the same per variant
  pinned    sorted set: paying keys by the time they were to end
  waiting   prefix of one sorted set per variant: waiters' keys by rank
  journal   stream of every change of counters
  base      hash: the counters that the journal begins from
ARGV
  holds     integer  1 for everything below the counters too
REPLIES
  ok json:text  the sale
  unknown_variant  there is no such sale
]]
local sale = redis.call('HGETALL', KEYS.sale)
if #sale == 0 then return { CODE.unknown_variant } end
local deep = ARGV.holds == '1'
local variants = {}
for i, variant in ipairs(redis.call('SMEMBERS', KEYS.variants)) do
  variants[i] = {
    variant,
    redis.call('HMGET', KEYS.variant .. variant, 'stock', 'available', 'held', 'sold', 'terms'),
    deep and redis.call('ZRANGE', KEYS.due .. ':' .. variant, 0, -1) or {},
    redis.call('ZCARD', KEYS.waiting .. variant),
  }
end
return {
  CODE.ok,
  cjson.encode({
    sale = sale,
    variants = variants,
    holds = deep and redis.call('HGETALL', KEYS.holds) or {},
    pinned = deep and redis.call('ZRANGE', KEYS.pinned, 0, -1) or {},
    buyers = deep and redis.call('HGETALL', KEYS.buyers) or {},
    base = redis.call('HGETALL', KEYS.base),
    journal = redis.call('XRANGE', KEYS.journal, '-', '+'),
  }),
}
