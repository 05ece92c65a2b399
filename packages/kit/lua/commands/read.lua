#!lua flags=no-writes
-- Where accounts stand in their windows of now.
--
-- KEYS  1 meta
--       2+ account     1 to 100
-- ARGV  1 now          ms; '' for the server's clock
--       2+ account*(v shape)  as the caller has seen them; '' for an account it has not seen
--       + window*      as in reserve
-- REPLY ok          accounts:state* windows:text q:int   in the order of the keys; windows as in reserve
--       window      now:int
--       layout      lv:text unit:text
--
-- @include choose_windows
-- @include describe_account
-- @include now_ms
-- @include read_account
-- @include read_meta
-- @include to_counter
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local newest = math.max(now, meta.newest)
local windows = choose_windows(ARGV, 2 * #KEYS, newest)
if not windows then return { 'window', whole(newest) } end

local states = {}
for at = 2, #KEYS do
  local v, shape = ARGV[2 * at - 2], ARGV[2 * at - 1]
  local account = read_account(at - 1, KEYS[at], shape, windows)
  if account.v == v and v ~= '' then
    local state = { 'ok', redis.call('HGET', KEYS[at], 'limits') }
    for rule = 1, #shape / 2 do
      state[rule + 2] = string.format('%d %d %d %d', to_counter(account.counters[rule]))
    end
    states[at - 1] = state
  else
    states[at - 1] = { 'stale', unpack(describe_account(at - 1, KEYS[at])) }
  end
end
return { 'ok', states, table.concat(windows.texts, ';'), whole(meta.q) }
