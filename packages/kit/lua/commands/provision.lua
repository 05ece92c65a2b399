#!lua
-- Make an account, or replace its budgets, if it still is what the caller has seen. Counters stay. A budget
-- that comes in another's place takes over what that one has counted in its current window, running
-- reservations included.
--
-- What may never change under a rule (metric, window, zone, anchor) is in `rules`, a text that the caller
-- makes and only the caller reads; rules are numbered from 0 in its order, and are never taken out: one that
-- is no longer wanted is retired, which means that it counts and limits nothing. Rule 0 is the implicit
-- total.
--
-- KEYS  1 meta
--       2 known
--       3 account
-- ARGV  1 now          ms; '' for the server's clock
--       2 account      its id
--       3 seen_v       the `v` that the caller has seen; '' when there was no such account
--       4 seen_limits  the `limits` that the caller has seen; '' likewise
--       5 v            names `rules`: the same text, the same name, always
--       6 rules        what the rules are, for callers
--       7 limits       per rule, joined by spaces: h (hard), s (soft) or r (retired, and the total), then the
--                      limit, then for a raise +amount@until_ms: 'r7881299347898368 h500+100@1795305600000'
--       8 shape        of the rules, as in reserve
--       9 revision     of the config that says so: a lower one never overwrites a higher; '' by hand
--      10 auto         '1' leaves it an account that nobody provisioned; '' makes it somebody's own
--      11 parent       under which such an account is made that the books may have lost; '' for an outermost one
--      12 seeds        'new<old' per rule that takes over from another, joined by spaces; '' when none does
--      13 at           the sequence after it was first accepted, when it is told to books that may have lost it; '' at first
--      14+ window*     as in reserve
-- REPLY ok        q:int
--       unchanged q:int
--       stale     stale:account*          somebody has changed it meanwhile: plan again from this
--       older     revision:int                what is there was said by a higher revision
--       later     q:int                       what is there was said after `at`, or then; or nothing is, and it has
--                      been there before: it has lost its counters, and is not made again unasked
--       window    now:int
--       layout    lv:text unit:text
--
-- @include choose_windows
-- @include count_change
-- @include describe_account
-- @include idle_fields
-- @include living_heirs
-- @include now_ms
-- @include pack_limits
-- @include read_account
-- @include read_meta
-- @include roll_windows
-- @include take_over
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 14, newest)
if not windows then return { 'window', whole(newest) } end

local account = read_account(1, KEYS[3], ARGV[8], windows)
local kept = redis.call('HMGET', KEYS[3], 'rev', 'parent', 'heirs', 'rules', 'limits', 'said')
local again, unasked = ARGV[13] ~= '', ARGV[10] == '1' and not account.v
local gone = not account.v and redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1
local later = again and tonumber(kept[6] or '0') >= tonumber(ARGV[13])
if later or (gone and (again or unasked)) then return { 'later', whole(meta.q) } end
local seen = (account.v or '') == ARGV[3] and (kept[5] or '') == ARGV[4]
local taken = ARGV[10] == '1' and account.v and not account.auto
if not seen or taken then return { 'stale', { describe_account(1, KEYS[3]) } } end
local revision = ARGV[10] == '1' and account.auto or kept[1]
if ARGV[9] ~= '' and revision and tonumber(revision) > tonumber(ARGV[9]) then return { 'older', revision } end
local same = account.v == ARGV[5] and kept[5] == ARGV[7] and kept[4] == ARGV[6]
local theirs = (ARGV[10] == '1') == (account.auto ~= false) and (ARGV[9] == '' or ARGV[9] == revision)
if same and theirs then return { 'unchanged', whole(meta.q) } end
if not roll_windows(account, windows) then return { 'window', whole(newest) } end

local kept_heirs = living_heirs(KEYS[3], kept[3] or '', newest)
local writes, heirs = take_over(account, ARGV[12], windows, kept_heirs)
local idle, caps = idle_fields(account), pack_limits(ARGV[7])
local current = account.rolled or account.windows
redis.call('HSET', KEYS[3], 'v', ARGV[5], 'rules', ARGV[6], 'limits', ARGV[7], 'caps', caps,
  'windows', current)
if #writes > 0 then redis.call('HSET', KEYS[3], 'heirs', heirs, unpack(writes)) end
if #idle > 0 then redis.call('HDEL', KEYS[3], unpack(idle)) end
if ARGV[9] ~= '' then redis.call('HSET', KEYS[3], ARGV[10] == '1' and 'auto' or 'rev', ARGV[9]) end
if ARGV[10] ~= '1' and account.auto then
  redis.call('HDEL', KEYS[3], 'auto', 'parent')
  redis.call('HINCRBY', KEYS[2], 'under ' .. (kept[2] or ''), -1)
end
if unasked then
  redis.call('HSET', KEYS[3], 'parent', ARGV[11])
  redis.call('HINCRBY', KEYS[2], 'under ' .. ARGV[11], 1)
end
redis.call('HSET', KEYS[2], ARGV[2], 1)
local q = count_change(KEYS[1])
-- What is told again is as old as it was: an account that the books had lost is the one that reservations know. What
-- defaults say is nobody's decision, and is in the way of none.
local said = again and ARGV[13] or q
if ARGV[10] ~= '1' then redis.call('HSET', KEYS[3], 'said', said) end
if not account.v then redis.call('HSET', KEYS[3], 'born', said) end
return { 'ok', q }
