#!lua flags=allow-oom
-- Move the deadlines of slots on: their requests still run. One that had passed its deadline has its slot again, even
-- where another has taken it meanwhile; one that was given back stays so. Works when memory is full.
--
-- KEYS  1+ running     what runs in a scope, one for each id
-- ARGV  1 now          ms; '' for the server's clock
--       2 ttl          ms
--       3+ id*
-- REPLY held
--
-- @include now_ms
-- @include whole

local now = now_ms(ARGV[1])
for at = 1, #KEYS do
  redis.call('ZADD', KEYS[at], 'XX', 'GT', whole(now + ARGV[2]), ARGV[2 + at])
  redis.call('PEXPIRE', KEYS[at], whole(ARGV[2] + 600000))
end
return { 'held' }
