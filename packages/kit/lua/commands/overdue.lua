#!lua flags=no-writes
-- Open reservations that are past their deadline, the longest overdue first.
--
-- KEYS  1 deadlines
--       2 meta
-- ARGV  1 now          ms; '' for the server's clock
--       2 limit
-- REPLY ok          ids:text* now:int
--       layout      lv:text unit:text
--
-- @include now_ms
-- @include read_meta
-- @include whole

local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local now = whole(now_ms(ARGV[1]))
return { 'ok', redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2]), now }
