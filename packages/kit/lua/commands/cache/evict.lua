#!lua flags=allow-oom
-- Take those entries out of a shelf that are worth least, until so many bytes have come free. Works when memory is full.
--
-- KEYS  1 bodies       hash: id → what is kept
--       2 ranks        zset: id → what it is worth
--       3 expiries     zset: id → ms
--       4 shelf        hash: bytes, floor
-- ARGV  1 now          ms; '' for the server's clock
--       2 bytes
-- REPLY evicted     bytes:int entries:int                 that the shelf holds now; how many went
--
-- @include drop_least
-- @include now_ms
-- @include whole
-- @include write_shelf

local now, wanted = now_ms(ARGV[1]), tonumber(ARGV[2])
local shelf = redis.call('HMGET', KEYS[4], 'bytes', 'floor')
local bytes, floor, freed, evicted = tonumber(shelf[1] or '0'), tonumber(shelf[2] or '0'), 0, 0
while freed < wanted do
  local came, rank = drop_least(KEYS[1], KEYS[2], KEYS[3])
  if not came then break end
  freed, floor, evicted = freed + came, rank, evicted + 1
end
if evicted > 0 then write_shelf({ KEYS[1], KEYS[2], KEYS[3], KEYS[4] }, bytes - freed, floor, now) end
return { 'evicted', whole(evicted > 0 and bytes - freed or 0), whole(evicted) }
