#!lua flags=allow-oom
-- End a reservation at what it really cost, more than was reserved included. Works when memory is full.
--
-- KEYS  1 reservation
--       2 deadlines
--       3 unconfirmed
--       4 meta
--       5 rollup       of the caller's day
--       6 unbooked
--       7+ account     those of its path; none when the path is not known
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 path         as it was reserved; '' when it is not known
--       4 actual       totals: 'usd tokens requests'
--       5 basis        'exact' or 'estimated'
--       6 age          ms since this settle was first sent; 0 when it never was
--       7 ttl          of the reservation, ms, and what follows, should it be lost; '' when it is not known
--       8 held         totals that were reserved
--       9 shapes       as they were reserved: one per account, joined by spaces
--      10 windows      as they were answered by `record` or chosen at reserve: 'id start end', joined by ';'
--      11 label
-- REPLY settled     overdraft:flag q:int
--       repeat      overdraft:flag q:int
--       late        overdraft:flag q:int     it had expired or been released: booked all the same
--       lost        overdraft:flag q:int     the books had lost it: booked by what this command says of it
--       conflict    q:int                    it is settled, exactly, at another amount
--       unbooked    q:int                    nothing says which accounts to charge: kept for an operator
--       too_old     q:int                    it may have been booked long ago: kept for an operator
--       path        path:text                     ask again with the accounts of this path
--       layout      lv:text unit:text
--
-- @include copy_record
-- @include count_change
-- @include end_reservation
-- @include is_overdraft
-- @include keep_unbooked
-- @include lost_record
-- @include now_ms
-- @include read_meta
-- @include read_record
-- @include settled_now
-- @include to_amounts
-- @include tombstone_ms
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local before = read_record(KEYS[1], now)
local status, paid = settled_now(before, to_amounts(ARGV[4]), ARGV[5])
if status == 'conflict' then return { status, whole(meta.q) } end
if status == 'repeat' then return { status, is_overdraft(before), whole(meta.q) } end

local after
if before and before.shapes ~= '' then
  if before.path ~= ARGV[3] then return { 'path', before.path } end
  after = copy_record(before)
else
  local too_late = not before and tonumber(ARGV[6]) >= tombstone_ms(ARGV[7])
  if ARGV[7] == '' or too_late then
    keep_unbooked(KEYS[6], ARGV[2], ARGV[4], ARGV[5], now)
    return { ARGV[7] == '' and 'unbooked' or 'too_old', count_change(KEYS[4]) }
  end
  after = lost_record(ARGV[3], ARGV[7], ARGV[8], ARGV[9], ARGV[10], ARGV[11])
end

after.st, after.paid, after.basis = 'settled', paid, ARGV[5]
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3], rollup = KEYS[5] }
keys.accounts = { unpack(KEYS, 7) }
end_reservation(keys, ARGV[2], before, after, now)
return { status, is_overdraft(after), count_change(KEYS[4]) }
