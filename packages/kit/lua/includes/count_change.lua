-- @include whole
--
-- One more change of the books; answers the new sequence.
local function count_change(meta_key)
  return whole(redis.call('HINCRBY', meta_key, 'q', 1))
end
