-- @include from_amounts
-- @include whole
--
-- Write what may change about a reservation that is open, and its deadline.
local function open_record(keys, id, record, due)
  local held, used, seen = from_amounts(record.a), from_amounts(record.u), from_amounts(record.o)
  redis.call('HSET', keys.reservation, 'st', 'open', 'a', held, 'u', used, 'o', seen, 'ttl', record.ttl,
    'lives', record.lives, 'ended', '')
  redis.call('ZADD', keys.deadlines, whole(due), id)
  redis.call('ZREM', keys.unconfirmed, id)
end
