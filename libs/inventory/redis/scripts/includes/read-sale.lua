-- The rules of the sale, or nil when this server does not have the memory that the caller believes in: the sale is
-- unknown, was rebuilt since, or the server restarted or was promoted (then its replication id is another one).
local function read_sale()
  local sale = redis.call('HMGET', KEYS.sale, 'epoch', 'replid', 'state', 'startsAt', 'endsAt', 'limit', 'ttl')
  if not sale[1] then return nil end
  -- @guard epoch
  if sale[1] ~= ARGV.epoch then return nil end
  -- @end
  -- @guard replid
  if sale[2] ~= string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') then return nil end
  -- @end
  return {
    state = sale[3],
    starts_at = tonumber(sale[4]),
    ends_at = tonumber(sale[5]),
    limit = tonumber(sale[6]),
    ttl = tonumber(sale[7]),
  }
end
