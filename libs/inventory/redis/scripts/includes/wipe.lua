-- Forgets everything of the sale but the sale itself.
local function wipe()
  for _, variant in ipairs(redis.call('SMEMBERS', KEYS.variants)) do
    redis.call('UNLINK', KEYS.variant .. variant, KEYS.due .. ':' .. variant, KEYS.waiting .. variant)
  end
  redis.call(
    'UNLINK', KEYS.variants, KEYS.holds, KEYS.buyers, KEYS.ended, KEYS.due, KEYS.pinned, KEYS.journal, KEYS.base
  )
end
