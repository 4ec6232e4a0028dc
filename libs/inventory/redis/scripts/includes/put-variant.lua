-- Puts a variant with its units into the sale, and into the base that the journal is replayed from.
local function put_variant(variant, terms, unsold, sold)
  redis.call('SADD', KEYS.variants, variant)
  redis.call(
    'HSET', KEYS.variant .. variant, 'stock', unsold + sold, 'available', unsold, 'held', 0, 'sold', sold,
    'terms', terms
  )
  redis.call('HSET', KEYS.base, variant .. '/available', unsold, variant .. '/held', 0, variant .. '/sold', sold)
end
