#!lua flags=allow-oom
-- Take a settle from the list of those that nothing said where to book, if it is there as the caller has read it:
-- what has been told anew since, nobody has seen to. Works when memory is full.
--
-- KEYS  1 unbooked
--       2 meta
-- ARGV  1 id
--       2 kept         'basis usd tokens requests at'
-- REPLY dropped
--       other                                it is another by now, or not there
--       layout      lv:text unit:text
--
-- @include read_meta

local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return { 'other' } end
redis.call('HDEL', KEYS[1], ARGV[1])
return { 'dropped' }
