#!lua flags=allow-oom
-- Take one entry out of a shelf. Works when memory is full.
--
-- KEYS  1 bodies       hash: id → what is kept
--       2 ranks        zset: id → what it is worth
--       3 expiries     zset: id → ms
--       4 shelf        hash: bytes, floor
-- ARGV  1 id
-- REPLY forgotten   bytes:int                             that the shelf holds now
--       unknown
--
-- @include drop_entry
-- @include whole

local bytes = drop_entry(KEYS[1], KEYS[2], KEYS[3], ARGV[1])
if bytes == 0 then return { 'unknown' } end
return { 'forgotten', whole(redis.call('HINCRBY', KEYS[4], 'bytes', whole(-bytes))) }
