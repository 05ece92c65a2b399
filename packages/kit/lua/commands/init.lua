#!lua
-- Open the books of an org. Only `tollgate ledger init` does this; every other command refuses to work
-- without them.
--
-- KEYS  1 meta
-- ARGV  1 now          ms since the epoch; '' for the server's own clock, which is all that a gateway passes
-- REPLY made    q:int    the books are open
--       there  q:int   they were
--       layout  lv:text unit:text  what is there is of another layout, or counts in another unit
--       server  reason:text   this server's numbers are not exact up to 2^53
--
-- @include now_ms
-- @include run_id
-- @include whole

local found = redis.call('HMGET', KEYS[1], 'lv', 'unit', 'q')
if found[1] == '1' and found[2] == 'nano-USD' then return { 'there', found[3] } end
if found[1] then return { 'layout', found[1], found[2] or '' } end
if whole(2 ^ 53 - 1) ~= '9007199254740991' then return { 'server', 'its integers are short' } end

local now = whole(now_ms(ARGV[1]))
redis.call('HSET', KEYS[1], 'lv', '1', 'unit', 'nano-USD', 'q', '0', 't', now, 'rid', run_id(), 'ru', '0',
  'ep', '0')
return { 'made', '0' }
