#!lua flags=allow-oom
-- Count hits, which make entries worth more: on top of what they were, or of whatever went before them, if that was more.
-- Works when memory is full.
--
-- KEYS  1 ranks        zset: id → what it is worth
--       2 shelf        hash: bytes, floor
-- ARGV  1+ hit*(id worth)   what all its hits are worth, for each byte
-- REPLY rewarded

local floor = tonumber(redis.call('HGET', KEYS[2], 'floor') or '0')
for at = 1, #ARGV, 2 do
  local rank = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if rank then
    local raised = math.max(tonumber(rank), floor) + tonumber(ARGV[at + 1])
    redis.call('ZADD', KEYS[1], string.format('%.17g', raised), ARGV[at])
  end
end
return { 'rewarded' }
