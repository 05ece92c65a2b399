#!lua flags=no-writes
-- One reservation, as it is kept.
--
-- KEYS  1 reservation
--       2 meta
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
-- REPLY ok          record:reservation
--       unknown
--       layout      lv:text unit:text
--
-- @include describe_record
-- @include now_ms
-- @include read_meta
-- @include read_record

local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local record = read_record(KEYS[1], now_ms(ARGV[1]))
if not record then return { 'unknown' } end
return { 'ok', describe_record(ARGV[2], record) }
