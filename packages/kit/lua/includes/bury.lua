-- @include from_amounts
-- @include tombstone_ms
-- @include whole
--
-- Write the record of a reservation that has just been settled or released, with a TTL. An exact settle is
-- final: nothing but the answer to its repeats is kept. Everything else keeps what a later truth would need.
local function bury(key, record, now)
  local life = tombstone_ms(record.ttl)
  redis.call('DEL', key)
  redis.call('HSET', key, 'st', record.st, 'a', from_amounts(record.a), 'u', from_amounts(record.u), 'paid',
    from_amounts(record.paid), 'basis', record.basis, 'gone', whole(now + life))
  if record.basis ~= 'exact' then
    redis.call('HSET', key, 'path', record.path, 'shapes', record.shapes, 'lives', record.lives, 'windows',
      record.windows, 'ttl', record.ttl, 'label', record.label, 'up', from_amounts(record.up))
  end
  redis.call('PEXPIRE', key, life)
end
