#!lua flags=allow-oom
-- Settle an expired reservation without its owner: at what was last observed, at nothing, or as it was
-- charged. What was consumed stays charged; the owner's own truth, should it come, still corrects it. Works
-- when memory is full.
--
-- KEYS  1 reservation
--       2 unconfirmed
--       3 meta
--       4 rollup       of the caller's day
--       5+ account     those of its path; none when the path is not known
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 path         as it was reserved; '' when it is not known
--       4 to           'observed', 'zero', or 'reserved' for a charge that nobody has confirmed in a week
-- REPLY settled     charged:amounts record:reservation q:int   what it is charged at now; the record as it was
--       gone        q:int                    it is not expired
--       path        path:text                     ask again with the accounts of this path
--       layout      lv:text unit:text
--
-- @include copy_record
-- @include count_change
-- @include describe_record
-- @include end_reservation
-- @include from_amounts
-- @include is_behind
-- @include merge_amounts
-- @include now_ms
-- @include read_kept_path
-- @include read_meta
-- @include read_record
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[3])
if not meta then return refusal end
local behind = is_behind(meta, now, 0)
local before = read_record(KEYS[1], now)
if not before or before.st ~= 'expired' then
  redis.call('ZREM', KEYS[2], ARGV[2])
  return { 'gone', whole(meta.q) }
end
if before.path ~= ARGV[3] then return { 'path', before.path } end

local after = copy_record(before)
local seen = ({ observed = before.o, zero = before.u, reserved = before.a })[ARGV[4]]
after.st, after.basis, after.paid = 'settled', 'estimated', merge_amounts(math.min, seen, before.a)
local keys = { reservation = KEYS[1], unconfirmed = KEYS[2], rollup = KEYS[4] }
local accounts = read_kept_path(after, { unpack(KEYS, 5) })
end_reservation(keys, ARGV[2], before, after, accounts, now)
local charged = from_amounts(merge_amounts(math.max, after.paid, after.u))
return { 'settled', charged, describe_record(ARGV[2], before), count_change(KEYS[3], behind) }
