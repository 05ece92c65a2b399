-- @include whole
--
-- One more change of the books; answers the new sequence. Behind what the caller has seen nothing is counted,
-- and the answer is 0.
local function count_change(meta_key, behind)
  if behind then return '0' end
  return whole(redis.call('HINCRBY', meta_key, 'q', 1))
end
