#!lua flags=allow-oom
-- Put a record in the place of what it was, or take it away, with its line of the history, and tell whoever watches.
-- Compares its revision; what is refused changes nothing. Works when memory is full: a grant must be able to be revoked.
--
-- KEYS  1 layout       string
--       2 records      zset: 'id NUL revision JSON' of every record of a kind in an org, by id
--       3 gone         hash: the revisions at which such records were taken away, by id
--       4 changes      list: the history of the org
-- ARGV  1 lv           layout that the caller writes
--       2 revision     that it is at, or was taken away at; '0' when there has been none
--       3 next         that it is at, or gone at, from now on
--       4 id
--       5 member       from now on; '' when it is taken away
--       6 change       JSON
--       7 channel
--       8 changed      what watchers are told, JSON
-- REPLY done        sequence:int   of the change, within its org
--       moved                   it is at another revision
--       other_layout  lv:text   somebody writes another layout
--
-- @include revision_of
-- @include whole

local lv = redis.call('GET', KEYS[1])
if lv and lv ~= ARGV[1] then return { 'other_layout', lv } end
local from, to = '[' .. ARGV[4] .. '\0', '(' .. ARGV[4] .. '\1'
local was = redis.call('ZRANGEBYLEX', KEYS[2], from, to)[1]
local gone = not was and redis.call('HGET', KEYS[3], ARGV[4])
local revision = gone or revision_of(was and string.sub(was, #ARGV[4] + 2))
if revision ~= ARGV[2] then return { 'moved' } end

redis.call('SET', KEYS[1], ARGV[1])
if was then redis.call('ZREM', KEYS[2], was) end
if gone then redis.call('HDEL', KEYS[3], ARGV[4]) end
if ARGV[5] ~= '' then
  redis.call('ZADD', KEYS[2], 0, ARGV[5])
else
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[3])
end
local sequence = redis.call('RPUSH', KEYS[4], ARGV[6])
-- A user that may not publish has changed it all the same: nothing here may fail any more.
redis.pcall('PUBLISH', ARGV[7], ARGV[8])
return { 'done', whole(sequence) }
