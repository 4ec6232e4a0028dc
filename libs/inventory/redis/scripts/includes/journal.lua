-- Records a change of counters in the same atomic step as the change. Entry: `kind|key|expires|started|lines`.
-- The relay drops entries once Postgres has them; the cap only bounds a journal that nobody reads.
-- Kinds: R reserved, P promoted, S sold, L released, X expired, V sold taken back, W sold taken out, A stock changed.
local JOURNAL_MOST = 1000000

local function journal(kind, key, hold)
  redis.call(
    'XADD', KEYS.journal, 'MAXLEN', '~', JOURNAL_MOST, '*', 'e',
    string.format('%s|%s|%.0f|%.0f|%s', kind, key, hold.expires, hold.started, hold.lines)
  )
end

local function journal_stock(kind, variant, delta)
  redis.call(
    'XADD', KEYS.journal, 'MAXLEN', '~', JOURNAL_MOST, '*', 'e',
    string.format('%s||0|0|%s=%.0f=', kind, variant, delta)
  )
end
