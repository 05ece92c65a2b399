#!lua flags=allow-oom
-- Give a request's slots back, and put its real tokens in the place of those that it was expected to use. Only where
-- its slot still is: what is given twice, or was never taken, changes nothing. A slot that nobody held in time is
-- remembered for ten minutes, so that the tokens of a process that was paused come right too. Works when memory is
-- full.
--
-- KEYS  1+ scope       two of each, as in take
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 expected     tokens that take was told
--       4 used         tokens that it used
--       5+ tpm*        of each scope; '' for none
-- REPLY given       slots:int
--
-- @include drained
-- @include fill
-- @include now_ms
-- @include whole

local now, given = now_ms(ARGV[1]), 0
local expected, used = tonumber(ARGV[3]), tonumber(ARGV[4])
for at = 1, #KEYS / 2 do
  local tpm = tonumber(ARGV[4 + at])
  if redis.call('ZREM', KEYS[2 * at], ARGV[2]) == 1 then
    given = given + 1
    if tpm then
      local held = drained(KEYS[2 * at - 1], tpm, now)
      local more = (used - math.min(expected, tpm)) * 60000
      fill(KEYS[2 * at - 1], math.max(0, held + more), tpm, now)
    end
  end
end
return { 'given', whole(given) }
