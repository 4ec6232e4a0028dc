--[[
inspect: everything of a sale as JSON, for the reconciler and for tests; reads only, and takes long on a large sale.
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
REPLIES
  ok json:text  the sale
  unknown_variant  there is no such sale
]]
local sale = redis.call('HGETALL', KEYS.sale)
if #sale == 0 then return { CODE.unknown_variant } end
local variants = {}
for i, variant in ipairs(redis.call('SMEMBERS', KEYS.variants)) do
  variants[i] = {
    variant,
    redis.call('HMGET', KEYS.variant .. variant, 'stock', 'available', 'held', 'sold', 'terms'),
    redis.call('ZRANGE', KEYS.due .. ':' .. variant, 0, -1),
    redis.call('ZCARD', KEYS.waiting .. variant),
  }
end
return {
  CODE.ok,
  cjson.encode({
    sale = sale,
    variants = variants,
    holds = redis.call('HGETALL', KEYS.holds),
    due = redis.call('ZRANGE', KEYS.due, 0, -1),
    pinned = redis.call('ZRANGE', KEYS.pinned, 0, -1),
    buyers = redis.call('HGETALL', KEYS.buyers),
    base = redis.call('HGETALL', KEYS.base),
    journal = redis.call('XRANGE', KEYS.journal, '-', '+'),
  }),
}
