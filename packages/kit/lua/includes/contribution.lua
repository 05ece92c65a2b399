-- What a reservation adds to the counters of a metric: settled, reserved, unconfirmed, overdraft; and 1 to its
-- referrers, as long as it is open or expired, whatever it holds. This is the whole of the double entry: a counter
-- is the sum of these over its reservations, plus its adjustments.
local function contribution(record, metric)
  local held, used = record.a[metric], record.u[metric]
  if record.st == 'open' then return used, held - used, 0, 0, 1 end
  if record.st == 'expired' then return held, 0, held - used, 0, 1 end
  if record.st == 'released' then return used, 0, 0, 0, 0 end
  local charge = math.max(record.paid[metric], used)
  return charge, 0, 0, math.max(0, charge - held), 0
end
