#!lua
-- Shut a caller out for a while: each time for twice as long as the time before, until it has been quiet for a day.
-- Several processes may notice the same loop: while it is shut out, another call changes nothing. `wait` is for how
-- long from now, ms.
--
-- KEYS  1 breaker      hash: until, trips, why
-- ARGV  1 now          ms; '' for the server's clock
--       2 first        ms, the first time
--       3 longest      ms, at most
--       4 why          a word for people
-- REPLY shut        wait:int trips:int
--       already     wait:int trips:int
--
-- @include now_ms
-- @include whole

local now = now_ms(ARGV[1])
local found = redis.call('HMGET', KEYS[1], 'until', 'trips')
local shut_until, trips = tonumber(found[1] or '0'), tonumber(found[2] or '0')
if shut_until > now then return { 'already', whole(shut_until - now), whole(trips) } end

if shut_until + 86400000 <= now then trips = 0 end
trips = math.min(trips, 40) + 1
shut_until = now + math.min(ARGV[2] * 2 ^ (trips - 1), tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'until', whole(shut_until), 'trips', whole(trips), 'why', ARGV[4])
redis.call('PEXPIRE', KEYS[1], whole(shut_until - now + 86400000))
return { 'shut', whole(shut_until - now), whole(trips) }
