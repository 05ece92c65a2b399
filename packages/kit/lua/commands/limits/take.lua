#!lua
-- Take a request's tokens, and a slot for as long as it runs, from every scope that it counts in, or from none:
-- all are asked before anything is written, and a refusal writes nothing, but for a clock that was set back. Nobody
-- knows when a slot comes free: who finds none is told to wait a second.
--
-- KEYS  1 breaker      hash: until, trips, why
--       2+ scope       two of each: its bucket (hash: used, at), and what runs in it (zset: id → deadline)
-- ARGV  1 now          ms; '' for the server's clock
--       2 id           of the request
--       3 ttl          ms that its slots live unless they are held
--       4 tokens       that it is expected to use; of a limit that is smaller, all
--       5 dry          '1': only asks
--       6+ rate*(tpm concurrency)  of each scope; '' for none
-- REPLY taken       standings:text*                           of each scope, this request included
--       limited     place:int metric:text wait:int standings:text*   the scope that keeps it waiting for longest
--       shut        wait:int why:text                         the caller is shut out
--
-- @include drained
-- @include fill
-- @include now_ms
-- @include scope_text
-- @include tokens_wait
-- @include whole

local now, tokens, dry = now_ms(ARGV[1]), tonumber(ARGV[4]), ARGV[5] == '1'
local breaker = redis.call('HMGET', KEYS[1], 'until', 'why')
local shut_until = tonumber(breaker[1] or '0')
if shut_until > now then return { 'shut', whole(shut_until - now), breaker[2] } end

local scopes, longest = {}, { wait = 0 }
for at = 1, (#KEYS - 1) / 2 do
  local tpm, slots = tonumber(ARGV[4 + 2 * at]), tonumber(ARGV[5 + 2 * at])
  local scope = { tpm = tpm, used = 0, need = 0, wait = 0 }
  if tpm then
    scope.used, scope.set_back = drained(KEYS[2 * at], tpm, now)
    scope.need = math.min(tokens, tpm) * 60000
    scope.wait, scope.metric = tokens_wait(scope.used, scope.need, tpm), 'tokens'
  end
  scope.running = redis.call('ZCOUNT', KEYS[2 * at + 1], '(' .. whole(now), '+inf')
  if slots and scope.running >= slots and scope.wait < 1000 then
    scope.wait, scope.metric = 1000, 'concurrency'
  end
  if scope.wait > longest.wait then
    longest = { place = at, metric = scope.metric, wait = scope.wait }
  end
  scopes[at] = scope
end

local taken, standings = longest.wait == 0 and not dry, {}
for at, scope in ipairs(scopes) do
  if taken then
    if scope.tpm then fill(KEYS[2 * at], scope.used + scope.need, scope.tpm, now) end
    redis.call('ZREMRANGEBYSCORE', KEYS[2 * at + 1], '-inf', whole(now - 600000))
    redis.call('ZADD', KEYS[2 * at + 1], whole(now + ARGV[3]), ARGV[2])
    redis.call('PEXPIRE', KEYS[2 * at + 1], whole(ARGV[3] + 600000))
  elseif scope.set_back and not dry then
    fill(KEYS[2 * at], scope.used, scope.tpm, now)
  end
  standings[at] = scope_text(scope, taken)
end
if longest.wait == 0 then return { 'taken', standings } end
return { 'limited', whole(longest.place), longest.metric, whole(longest.wait), standings }
