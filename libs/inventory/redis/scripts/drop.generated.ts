// Generated from drop.lua by tools/generate/lua.ts. Change that file, then run `npm run generate:lua`.
import { defineScript } from '../script.ts';

/** forgets a sale that is over. */
export const dropScript = defineScript({
  name: 'drop',
  keys: ['sale', 'variants', 'variant', 'holds', 'buyers', 'ended', 'due', 'pinned', 'waiting', 'journal', 'base'],
  args: {},
  rest: {},
  replies: {
    ok: {},
  },
  lua: `
local function wipe()
  for _, variant in ipairs(redis.call('SMEMBERS', KEYS[2])) do
    redis.call('UNLINK', KEYS[3] .. variant, KEYS[7] .. ':' .. variant, KEYS[9] .. variant)
  end
  redis.call(
    'UNLINK', KEYS[2], KEYS[4], KEYS[5], KEYS[6], KEYS[7], KEYS[8], KEYS[10], KEYS[11]
  )
end
wipe()
redis.call('UNLINK', KEYS[1])
return { 1 }`,
} as const);
