-- @include bury
-- @include rebook
-- @include roll_up
--
-- Write that a reservation has been settled or released: the counters, the day's roll-up, the record, the
-- indexes.
local function end_reservation(keys, id, before, after, now)
  rebook(before, after, keys.accounts)
  roll_up(keys.rollup, after)
  bury(keys.reservation, after, now)
  if keys.deadlines then redis.call('ZREM', keys.deadlines, id) end
  redis.call('ZREM', keys.unconfirmed, id)
end
