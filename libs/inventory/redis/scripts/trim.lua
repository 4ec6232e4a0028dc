--[[
trim: folds the oldest journal entries, up to a position, into the base that the journal begins from, and drops them.
KEYS
  journal   stream of every change of counters
  base      hash: the counters that the journal begins from
ARGV
  position  text     the last entry to fold, as the stream names it
REPLIES
  ok folded:integer  how many entries
]]
--- @include "includes/line.lua"
-- What each kind of entry does to available, held and sold.
local EFFECT = {
  R = { -1, 1, 0 },
  P = { -1, 1, 0 },
  S = { 0, -1, 1 },
  L = { 1, -1, 0 },
  X = { 1, -1, 0 },
  V = { 1, 0, -1 },
  W = { 0, 0, -1 },
  A = { 1, 0, 0 },
}
local NAMES = { '/available', '/held', '/sold' }
local entries = redis.call('XRANGE', KEYS.journal, '-', ARGV.position, 'COUNT', 1000)
local sums = {}
for _, entry in ipairs(entries) do
  local kind, lines = string.match(entry[2][2], '^(%a)|[^|]*|%d+|%d+|(.*)$')
  for variant, quantity in string.gmatch(lines, LINE) do
    for i, effect in ipairs(EFFECT[kind]) do
      if effect ~= 0 then
        local field = variant .. NAMES[i]
        sums[field] = (sums[field] or 0) + effect * quantity
      end
    end
  end
end
for field, sum in pairs(sums) do
  if sum ~= 0 then redis.call('HINCRBY', KEYS.base, field, sum) end
end
for from = 1, #entries, 500 do
  local ids = {}
  for i = from, math.min(from + 499, #entries) do ids[#ids + 1] = entries[i][1] end
  redis.call('XDEL', KEYS.journal, unpack(ids))
end
return { CODE.ok, #entries }
