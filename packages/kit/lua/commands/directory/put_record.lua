#!lua flags=allow-oom
-- Put a record in the place of what it was, or take it away, with its line of the history, and tell whoever watches.
-- Compares its revision; what is refused changes nothing. Works when memory is full: a grant must be able to be revoked.
--
-- KEYS  1 layout       string
--       2 records      zset: 'id NUL revision JSON' of every record of a kind in an org, by id
--       3 changes      list: the history of the org
-- ARGV  1 lv           layout that the caller writes
--       2 revision     that it is at; '0' when it is new
--       3 id
--       4 member       from now on; '' when it is taken away
--       5 change       JSON
--       6 channel
--       7 changed      what watchers are told, JSON
-- REPLY done        sequence:int   of the change, within its org
--       moved                   it is at another revision
--       other_layout  lv:text   somebody writes another layout
--
-- @include revision_of
-- @include whole

local lv = redis.call('GET', KEYS[1])
if lv and lv ~= ARGV[1] then return { 'other_layout', lv } end
local from, to = '[' .. ARGV[3] .. '\0', '(' .. ARGV[3] .. '\1'
local was = redis.call('ZRANGEBYLEX', KEYS[2], from, to)[1]
if revision_of(was and string.sub(was, #ARGV[3] + 2)) ~= ARGV[2] then return { 'moved' } end

redis.call('SET', KEYS[1], ARGV[1])
if was then redis.call('ZREM', KEYS[2], was) end
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[2], 0, ARGV[4]) end
local sequence = redis.call('RPUSH', KEYS[3], ARGV[5])
-- A user that may not publish has changed it all the same: nothing here may fail any more.
redis.pcall('PUBLISH', ARGV[6], ARGV[7])
return { 'done', whole(sequence) }
