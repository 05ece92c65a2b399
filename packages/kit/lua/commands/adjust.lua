#!lua flags=allow-oom
-- Correct one counter of an account by a signed amount, in its current window or in one that has ended, which nobody is
-- admitted to any more. The correction is kept for ever under its id, so that the books can always say why they differ
-- from what was charged. Works when memory is full.
--
-- KEYS  1 meta
--       2 adjustments
--       3 account
--       4 rollup       of the day on which it was spent
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 v            of the account, as the caller has seen it
--       4 rule         its number; 0 is the implicit total
--       5 delta        signed
--       6 note         account, budget, reason: a text that only people read
--       7 at           when it was spent, ms; '' for now
--       8 window       of the rule as in reserve, then; '' for one of all time
--       9 label        under which the roll-up counts it
--      10 charged      likewise, signed: 'usd tokens requests'; '' where no roll-up is to have it
-- REPLY ok          q:int
--       repeat      q:int
--       no_account
--       stale       stale:account*
--       window      now:int
--       layout      lv:text unit:text
--
-- @include add_up
-- @include choose_windows
-- @include count_change
-- @include describe_account
-- @include from_counter
-- @include now_ms
-- @include read_meta
-- @include to_counter
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return { 'repeat', whole(meta.q) } end
local v = redis.call('HGET', KEYS[3], 'v')
if not v then return { 'no_account' } end
if v ~= ARGV[3] then return { 'stale', { describe_account(1, KEYS[3]) } } end
local newest = math.max(now, meta.newest)
local spent = math.min(newest, tonumber(ARGV[7]) or newest)
local windows = choose_windows({ ARGV[8] }, ARGV[8] == '' and 2 or 1, spent)
if not windows then return { 'window', whole(newest) } end
local charged = { string.match(ARGV[10], '^(%-?%d+) (%-?%d+) (%-?%d+)$') }

local field = ARGV[4] .. ':' .. (windows.ids[1] or 'total')
local settled, reserved, unconfirmed, overdraft, referrers = to_counter(redis.call('HGET', KEYS[3], field))
local adjusted = from_counter(settled + tonumber(ARGV[5]), reserved, unconfirmed, overdraft, referrers)
redis.call('HSET', KEYS[3], field, adjusted)
if #charged == 3 then add_up(KEYS[4], ARGV[9], unpack(charged)) end
redis.call('HSET', KEYS[2], ARGV[2], field .. ' ' .. ARGV[5] .. ' ' .. whole(now) .. ' ' .. ARGV[6])
return { 'ok', count_change(KEYS[1]) }
