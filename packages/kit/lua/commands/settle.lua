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
--       2 q_seen       as in reserve
--       3 id
--       4 path         as it was reserved; '' when it is not known
--       5 actual       totals: 'usd tokens requests'
--       6 basis        'exact' or 'estimated'
--       7 age          ms since this settle was first sent; 0 when it never was
--       8 ttl          of the reservation, ms, and what follows, should it be lost; '' when it is not known
--       9 held         totals that were reserved
--      10 shapes       as they were reserved: one per account, joined by spaces
--      11 lives        as they were reserved, likewise
--      12 windows      as they were answered by `record` or chosen at reserve: 'id start end', joined by ';'
--      13 label
--      14 alert_at     percentages of a limit, joined by spaces, or '-' for none: which of them have been reached,
--                      and how budgets stand, in windows that last; '' when nobody asks
-- REPLY settled     overdraft:flag tightest:standing? crossed:crossing* q:int   q is 0 where the books are
--                      behind what the caller has seen
--       repeat      overdraft:flag crossed:crossing* q:int                     as it was told
--       late        overdraft:flag tightest:standing? crossed:crossing* q:int   it had expired or been released:
--                      booked all the same
--       lost        overdraft:flag tightest:standing? crossed:crossing* q:int   the books had lost it: booked by
--                      what this command says of it
--       conflict    q:int                    it is settled, exactly, at another amount
--       unbooked    q:int                    nothing says which accounts to charge, or all are gone: kept for an
--                      operator
--       too_old     q:int                    it may have been booked long ago: kept for an operator
--       path        path:text                     ask again with the accounts of this path
--       layout      lv:text unit:text
--
-- @include ask
-- @include copy_record
-- @include count_change
-- @include crossings
-- @include end_reservation
-- @include from_told
-- @include is_behind
-- @include is_overdraft
-- @include keep_unbooked
-- @include lost_record
-- @include now_ms
-- @include read_kept_path
-- @include read_meta
-- @include read_record
-- @include settled_now
-- @include standing
-- @include to_amounts
-- @include to_told
-- @include tombstone_ms
-- @include whole

local now, alert_at = now_ms(ARGV[1]), ARGV[14]
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local behind = is_behind(meta, now, tonumber(ARGV[2]))
local before = read_record(KEYS[1], now)
local status, paid = settled_now(before, to_amounts(ARGV[5]), ARGV[6])
if status == 'conflict' then return { status, whole(meta.q) } end
if status == 'repeat' then
  return { status, is_overdraft(before), from_told(redis.call('HGET', KEYS[1], 'told')), whole(meta.q) }
end

local after
if before and before.shapes ~= '' then
  if before.path ~= ARGV[4] then return { 'path', before.path } end
  after = copy_record(before)
else
  local too_late = not before and tonumber(ARGV[7]) >= tombstone_ms(ARGV[8])
  if ARGV[8] == '' or too_late then
    keep_unbooked(KEYS[6], ARGV[3], ARGV[5], ARGV[6], now)
    return { ARGV[8] == '' and 'unbooked' or 'too_old', count_change(KEYS[4], behind) }
  end
  after = lost_record({ path = ARGV[4], ttl = ARGV[8], a = to_amounts(ARGV[9]), shapes = ARGV[10], lives = ARGV[11],
    windows = ARGV[12], label = ARGV[13] })
end

after.st, after.paid, after.basis = 'settled', paid, ARGV[6]
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3], rollup = KEYS[5] }
local accounts = read_kept_path(after, { unpack(KEYS, 7) })
local unbooked = #accounts == 0
if unbooked then
  -- All its accounts are gone. What is in an operator's list is charged by nobody else, should they be made again.
  keep_unbooked(KEYS[6], ARGV[3], ARGV[5], ARGV[6], now)
  after.shapes = '-'
end
end_reservation(keys, ARGV[3], before, after, accounts, now)
local q, found, crossed = count_change(KEYS[4], behind), {}, {}
if unbooked then return { 'unbooked', q } end
if alert_at ~= '' then
  local nothing, terms = { 0, 0, 0 }, { now = now, newest = math.max(now, meta.newest) }
  local _, _, _, tight = ask(accounts, nothing, nothing, terms)
  found, crossed = tight and { standing(tight, 0) } or {}, crossings(accounts, after, alert_at, terms)
  -- With the path, without which nobody could say whose these budgets are.
  if #crossed > 0 then redis.call('HSET', KEYS[1], 'told', to_told(crossed), 'path', after.path) end
end
return { status, is_overdraft(after), found, crossed, q }
