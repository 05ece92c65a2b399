#!lua
-- Let the books believe the server's clock again, after it had been ahead: `tollgate doctor --reset-clock`.
-- Windows that were begun too early stay begun; requests are refused by them until their time has come, and
-- no budget is fresh twice. A clock that is behind is not believed, since what the books have seen is then all
-- that keeps it from opening windows that are past, and those of now once more when it is set right; so it
-- must agree with the caller's, which nobody set together with it.
--
-- KEYS  1 meta
-- ARGV  1 now          ms; '' for the server's clock
--       2 clock        the caller's own time, ms
-- REPLY ok      before:int now:int
--       apart   now:int             the two clocks are more than a minute apart: nothing was changed
--       layout  lv:text unit:text
--
-- @include now_ms
-- @include read_meta
-- @include whole

local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local now = now_ms(ARGV[1])
if math.abs(now - tonumber(ARGV[2])) > 60000 then return { 'apart', whole(now) } end
redis.call('HSET', KEYS[1], 't', whole(now))
return { 'ok', whole(meta.newest), whole(now) }
