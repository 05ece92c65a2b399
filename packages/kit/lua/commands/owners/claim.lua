#!lua
-- Write down who made a thing. Whoever was first stays its owner; what is claimed again by the same is kept for the longer
-- time, and knows what it knew where nothing is said.
--
-- KEYS  1 thing        string: the owner, a line; then what is known of it
-- ARGV  1 owner        without a line feed
--       2 facts        '' for what is known already
--       3 ttl          ms
-- REPLY claimed
--       taken                                             it is somebody else's
--
-- @include whole

local kept = redis.call('GET', KEYS[1])
local facts, ttl = ARGV[2], tonumber(ARGV[3])
if kept then
  local cut = string.find(kept, '\n', 1, true)
  if string.sub(kept, 1, cut - 1) ~= ARGV[1] then return { 'taken' } end
  if facts == '' then facts = string.sub(kept, cut + 1) end
  ttl = math.max(ttl, redis.call('PTTL', KEYS[1]))
end
redis.call('SET', KEYS[1], ARGV[1] .. '\n' .. facts, 'PX', whole(ttl))
return { 'claimed' }
