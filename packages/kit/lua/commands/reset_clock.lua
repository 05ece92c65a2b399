#!lua
-- Let the books believe the server's clock again, after it had been ahead: `tollgate doctor --reset-clock`.
-- Windows that were begun too early stay begun; requests are refused by them until their time has come, and
-- no budget is fresh twice.
--
-- KEYS  1 meta
-- ARGV  1 now          ms; '' for the server's clock
-- REPLY ok      before:int now:int
--       layout  lv:text unit:text
--
-- @include now_ms
-- @include read_meta
-- @include whole

local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local now = whole(now_ms(ARGV[1]))
redis.call('HSET', KEYS[1], 't', now)
return { 'ok', whole(meta.newest), now }
