#!lua flags=no-writes
-- Expired reservations whose charge nobody has confirmed, oldest first.
--
-- KEYS  1 unconfirmed
--       2 meta
-- ARGV  1 since        expired at or after this time, ms
--       2 until        expired at or before this time, ms; '' for all
--       3 offset
--       4 limit
-- REPLY ok          ids:text*
--       layout      lv:text unit:text
--
-- @include read_meta

local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local newest = ARGV[2] == '' and '+inf' or ARGV[2]
return { 'ok', redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], newest, 'LIMIT', ARGV[3], ARGV[4]) }
