#!lua
-- Reserve between min and want on every account of a path, or on none. A denial writes nothing.
--
-- A shape says, per rule of an account and two characters each, its metric (1 usd, 2 tokens, 3 requests) and
-- its window (0 for all time, otherwise the place of that window among the arguments, as the character 48 +
-- place): '1011' is the implicit total and a budget in USD on the first window.
--
-- KEYS  1 reservation
--       2 deadlines
--       3 meta
--       4 known
--       5+ account     1 to 8, outermost first
-- ARGV  1 now          ms; '' for the server's clock
--       2 clock        the caller's own time, ms
--       3 q_seen       the highest sequence that the caller has seen of this org; 0 when none
--       4 q_safe       the highest it had seen when its replay window began: what is lost before it stays lost
--       5 id
--       6 ttl          ms
--       7 min          'usd tokens requests'
--       8 want         likewise
--       9 bound        'proven' or 'soft'
--      10 observe      '1' to report what would have been denied
--      11 fingerprint  of everything that a repeat must ask the same
--      12 owner
--      13 path         the account ids, as a text that only callers read
--      14 memo         for the audit record of one that expires; only callers read it
--      15 label        under which the day's roll-up counts it; '-' for none
--      16 revision     of the defaults that accounts nobody provisioned are to follow; 0 to follow none
--      17 max_auto     how many of those one parent may have
--      18+ account*(name v shape rules limits)  rules and limits: defaults if it is absent, '' for none
--       + window*      'id start end' of the window of now and of the next, joined by a space, ms
-- REPLY ok          repeat:flag granted:amounts windows:text lives:text tightest:standing? would:shortfall* q:int
--       denied      shortfall:shortfall q:int
--       no_account  account:int reason:text       unknown, gone or too_many; its place on the path, from 1
--       stale       stale:account*           all accounts whose `v` is another, or that follow older defaults
--       window      now:int                  not one of those given: make them anew for this time
--       finished                             the id has been settled, released or expired
--       conflict                             it is open, with another fingerprint
--       recovering  until:int
--       epoch       ep:int q:int             another server, or less than the caller has seen: recover
--       rolled_back ep:int q:int             more is lost than can be re-asserted: an operator decides
--       clock       now:int                  the time of the books is more than a minute ahead of the caller's clock
--       layout      lv:text unit:text
--
-- @include answer_repeat
-- @include ask
-- @include booked_counters
-- @include choose_windows
-- @include count_change
-- @include decisive
-- @include from_amounts
-- @include idle_fields
-- @include lives_of
-- @include now_ms
-- @include read_meta
-- @include read_path
-- @include refuse_clock
-- @include refuse_epoch
-- @include refuse_recovering
-- @include shapes_of
-- @include shortfall
-- @include standing
-- @include to_amounts
-- @include to_told
-- @include whole
-- @include write_account

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[3])
if not meta then return refusal end
local keys = { unpack(KEYS, 5) }
refusal = refuse_epoch(meta, now, tonumber(ARGV[3]), tonumber(ARGV[4]))
  or refuse_recovering(meta, now)
  or refuse_clock(meta, now, tonumber(ARGV[2]))
local there = redis.call('EXISTS', KEYS[1]) == 1
if there and not refusal then refusal = answer_repeat(KEYS[1], ARGV[11], keys, meta, now) end
if refusal then return refusal end

local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 18 + 5 * #keys, newest)
if not windows then return { 'window', whole(newest) } end
local accounts
accounts, refusal = read_path(keys, ARGV, 18, windows, {
  known = KEYS[4],
  revision = tonumber(ARGV[16]),
  max_auto = tonumber(ARGV[17]),
})
if not accounts then return refusal or { 'window', whole(newest) } end

local min, want = to_amounts(ARGV[7]), to_amounts(ARGV[8])
local terms = { now = now, newest = newest, proven = ARGV[9] == 'proven', observe = ARGV[10] == '1' }
local grant, denied, would, tight = ask(accounts, min, want, terms)
if #denied > 0 then return { 'denied', decisive(denied), whole(meta.q) } end
for at, short in ipairs(would) do would[at] = shortfall(short) end
for _, account in ipairs(accounts) do
  account.idle = idle_fields(account)
  if account.unseen then account.born = whole(meta.q + 1) end
end
local lives = lives_of(accounts)
local granted, kept_windows = from_amounts(grant), table.concat(windows.texts, ';')
local due, tightest = whole(now + tonumber(ARGV[6])), tight and { standing(tight, grant[1]) } or {}
local held = { { 0, grant[1], 0, 0, 1 }, { 0, grant[2], 0, 0, 1 }, { 0, grant[3], 0, 0, 1 } }

-- From here on everything is written, and nothing can fail.
for _, account in ipairs(accounts) do
  write_account(account, booked_counters(account, held), KEYS[4], ARGV[16])
end
if there then redis.call('DEL', KEYS[1]) end
redis.call('HSET', KEYS[1], 'st', 'open', 'a', granted, 'fp', ARGV[11], 'bound', ARGV[9], 'observe', ARGV[10],
  'ttl', ARGV[6], 'at', whole(now), 'owner', ARGV[12], 'path', ARGV[13], 'memo', ARGV[14], 'label', ARGV[15],
  'shapes', shapes_of(accounts), 'lives', lives, 'windows', kept_windows)
if #would > 0 then redis.call('HSET', KEYS[1], 'told', to_told(would)) end
redis.call('ZADD', KEYS[2], due, ARGV[5])
if now >= meta.newest + 1000 then redis.call('HSET', KEYS[3], 't', whole(now)) end

return { 'ok', '0', granted, kept_windows, lives, tightest, would, count_change(KEYS[3]) }
