#!lua
-- Save what lessons have come to, up to a place in their log: each row in the place of the one of its key. Nothing is saved
-- where somebody has saved what comes after. Rows that nobody needs any more go, some at a time, and more than come.
--
-- KEYS  1 rows         hash: key → text
--       2 expiries     zset: key → ms
--       3 place        string: `ms-sequence` of the log's entry that the rows go up to
-- ARGV  1 now          ms; '' for the server's clock
--       2 place
--       3 ttl          ms that all of it is kept for after this
--       4+ row*(key text expiry)   expiry: ms
-- REPLY saved
--       behind       place:text                           that was saved before
--
-- @include now_ms
-- @include whole

local now = now_ms(ARGV[1])
local kept = redis.call('GET', KEYS[3])
if kept then
  local kept_ms, kept_at = string.match(kept, '(%d+)-(%d+)')
  local ms, at = string.match(ARGV[2], '(%d+)-(%d+)')
  local ahead = tonumber(kept_ms) - tonumber(ms)
  if ahead > 0 or ahead == 0 and tonumber(kept_at) > tonumber(at) then return { 'behind', kept } end
end

local most = 256 + (#ARGV - 3) / 3
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', whole(now), 'LIMIT', 0, whole(most))) do
  redis.call('HDEL', KEYS[1], old)
  redis.call('ZREM', KEYS[2], old)
end
for at = 4, #ARGV, 3 do
  redis.call('HSET', KEYS[1], ARGV[at], ARGV[at + 1])
  redis.call('ZADD', KEYS[2], ARGV[at + 2], ARGV[at])
end
redis.call('SET', KEYS[3], ARGV[2])
for _, key in ipairs({ KEYS[1], KEYS[2], KEYS[3] }) do redis.call('PEXPIRE', key, ARGV[3]) end
return { 'saved' }
