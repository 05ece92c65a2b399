#!lua
-- Keep an answer in the place of the one that there was, and let others go for it: those that have expired, then those
-- that are worth least. One that is larger than the whole shelf is not kept.
--
-- KEYS  1 bodies       hash: id → version, expiry and stamp, a line; then the answer
--       2 ranks        zset: id → what it is worth
--       3 expiries     zset: id → ms
--       4 shelf        hash: bytes, floor
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 ttl          ms
--       4 version
--       5 stamp        of the epochs from before it was asked for
--       6 worth        of a hit, for each byte
--       7 room         bytes that the shelf may hold
--       8 body
-- REPLY kept        bytes:int evicted:int                 that the shelf holds now; how many had to go
--
-- @include drop_entry
-- @include drop_least
-- @include now_ms
-- @include whole
-- @include write_shelf

local now, id, room = now_ms(ARGV[1]), ARGV[2], tonumber(ARGV[7])
local expiry = whole(now + ARGV[3])
local kept = ARGV[4] .. ' ' .. expiry .. ' ' .. ARGV[5] .. '\n' .. ARGV[8]
local worth = tonumber(ARGV[6])
local shelf = redis.call('HMGET', KEYS[4], 'bytes', 'floor')
local bytes, floor, evicted = tonumber(shelf[1] or '0'), tonumber(shelf[2] or '0'), 0

for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', whole(now), 'LIMIT', 0, 16)) do
  bytes = bytes - drop_entry(KEYS[1], KEYS[2], KEYS[3], old)
end
bytes = bytes - drop_entry(KEYS[1], KEYS[2], KEYS[3], id)
if #kept <= room then
  while bytes + #kept > room do
    local freed, rank = drop_least(KEYS[1], KEYS[2], KEYS[3])
    if freed then
      bytes, floor, evicted = bytes - freed, rank, evicted + 1
    else
      bytes = 0
    end
  end
  redis.call('HSET', KEYS[1], id, kept)
  redis.call('ZADD', KEYS[2], string.format('%.17g', floor + worth), id)
  redis.call('ZADD', KEYS[3], expiry, id)
  bytes = bytes + #kept
end
write_shelf({ KEYS[1], KEYS[2], KEYS[3], KEYS[4] }, bytes, floor, now)
return { 'kept', whole(bytes), whole(evicted) }
