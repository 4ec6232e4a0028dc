-- Whether units may be given out at this moment.
local function is_running(sale, now)
  return sale.state == 'open' and sale.starts_at <= now and (sale.ends_at == 0 or now < sale.ends_at)
end
