#!lua
-- Take up the books on another server, or on one that has lost its newest changes. Nothing new is admitted
-- for a while, in which callers re-assert what they know. Whoever comes second finds it done.
--
-- KEYS  1 meta
-- ARGV  1 now          ms; '' for the server's clock
--       2 q_seen       as in reserve
--       3 q_safe       as in reserve
--       4 confirmed    '1' when an operator has decided that what cannot be re-asserted is lost
--       5 pause        ms in which nothing new is admitted
-- REPLY ok          ep:int until:int q:int   callers of an earlier `ep` re-assert
--       there       ep:int until:int q:int   the books are not behind
--       rolled_back ep:int q:int
--       layout      lv:text unit:text
--
-- @include now_ms
-- @include read_meta
-- @include run_id
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local seen, here = tonumber(ARGV[2]), run_id()
if meta.run_id == here and meta.q >= seen then
  return { 'there', whole(meta.epoch), whole(meta.closed_until), whole(meta.q) }
end
if meta.q < tonumber(ARGV[3]) and ARGV[4] ~= '1' then
  return { 'rolled_back', whole(meta.epoch), whole(meta.q) }
end

local open_again, q = whole(now + tonumber(ARGV[5])), whole(math.max(meta.q, seen) + 1)
redis.call('HSET', KEYS[1], 'rid', here, 'ru', open_again, 'q', q, 'ep', whole(meta.epoch + 1))
return { 'ok', whole(meta.epoch + 1), open_again, q }
