-- @include bury
-- @include rebook
-- @include roll_up
--
-- Write that a reservation has been settled or released: the counters, the day's roll-up, the record, and the
-- index in which it was; one that was lost may still be in either.
local function end_reservation(keys, id, before, after, accounts, now)
  rebook(before, after, accounts)
  roll_up(keys.rollup, after, accounts)
  bury(keys.reservation, after, now)
  local was = before and before.st or 'lost'
  if was == 'open' or was == 'lost' then redis.call('ZREM', keys.deadlines, id) end
  if was == 'expired' or was == 'lost' then redis.call('ZREM', keys.unconfirmed, id) end
end
