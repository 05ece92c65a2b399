#!lua flags=allow-oom
-- Put a virtual key in the place of what it was, at all the handles by which it is found, with its line of the history,
-- and tell whoever watches. Compares its revision, and asks that its id and its new handles are nobody else's; what is
-- refused changes nothing. Works when memory is full: a key must be able to be revoked.
--
-- KEYS  1 layout       string
--       2 ids          zset: 'id handle' of every key, by id
--       3 changes      list: the history of its org
--       4 found_at     where its record is to be found until now; where it will be, when it is new
--       5+ handle      string: the record, at each handle that it had or will have
-- ARGV  1 lv           layout that the caller writes
--       2 revision     that it is at; '0' when it is new
--       3 id
--       4 was          its member of ids until now; '' when it is new
--       5 member       from now on
--       6 record       'revision JSON'
--       7 change       JSON
--       8 channel
--       9 changed      what watchers are told, JSON
--       10+ fate*      of each handle: 'new', 'kept' or 'gone'
-- REPLY done        sequence:int   of the change, within its org
--       moved                   it is at another revision
--       taken                   its id, or a handle, is another key's
--       other_layout  lv:text   somebody writes another layout
--
-- @include revision_of
-- @include whole

local lv = redis.call('GET', KEYS[1])
if lv and lv ~= ARGV[1] then return { 'other_layout', lv } end
if ARGV[2] == '0' then
  local from, to = '[' .. ARGV[3] .. ' ', '(' .. ARGV[3] .. '!'
  if redis.call('ZLEXCOUNT', KEYS[2], from, to) > 0 then return { 'taken' } end
elseif revision_of(redis.call('GET', KEYS[4])) ~= ARGV[2] then
  return { 'moved' }
end
for at = 5, #KEYS do
  if ARGV[5 + at] == 'new' and redis.call('EXISTS', KEYS[at]) == 1 then return { 'taken' } end
end

redis.call('SET', KEYS[1], ARGV[1])
if ARGV[4] ~= '' then redis.call('ZREM', KEYS[2], ARGV[4]) end
redis.call('ZADD', KEYS[2], 0, ARGV[5])
for at = 5, #KEYS do
  if ARGV[5 + at] == 'gone' then
    redis.call('DEL', KEYS[at])
  else
    redis.call('SET', KEYS[at], ARGV[6])
  end
end
local sequence = redis.call('RPUSH', KEYS[3], ARGV[7])
-- A user that may not publish has changed it all the same: nothing here may fail any more.
redis.pcall('PUBLISH', ARGV[8], ARGV[9])
return { 'done', whole(sequence) }
