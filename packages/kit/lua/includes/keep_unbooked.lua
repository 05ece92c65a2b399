-- @include whole
--
-- Keep a settle that nothing says where to book, for an operator: money may have been spent, so it is never
-- dropped. What is exact is not replaced.
local function keep_unbooked(key, id, actual, basis, now)
  local kept = redis.call('HGET', key, id)
  if kept and string.match(kept, '^(%a+)') == 'exact' then return end
  redis.call('HSET', key, id, basis .. ' ' .. actual .. ' ' .. whole(now))
end
