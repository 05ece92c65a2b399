#!lua
-- Take up the books on another server, or on one that has lost its newest changes. Nothing new is admitted
-- for a while, in which callers re-assert what they know. Whoever comes second finds it done. How far the books
-- had come is noted, so that who has seen more still finds out, however far others have taken them by then.
--
-- A takeover is known by the sequence from which the books count since it came. How many there were says less:
-- books that lose one come to the same number again.
--
-- KEYS  1 meta
-- ARGV  1 now          ms; '' for the server's clock
--       2 q_seen       as in reserve
--       3 q_safe       as in reserve
--       4 confirmed    '1' when an operator has decided that what cannot be re-asserted is lost
--       5 pause        ms in which nothing new is admitted
-- REPLY ok          since:int until:int q:int   who last told them what it knows under another `since` re-asserts
--       there       since:int until:int q:int   the books are not behind, or were taken over already
--       rolled_back ep:int q:int
--       layout      lv:text unit:text
--
-- @include kept_of
-- @include now_ms
-- @include read_meta
-- @include run_id
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local seen, here, confirmed = tonumber(ARGV[2]), run_id(), ARGV[4] == '1'
local kept, takeover = kept_of(meta, seen)
if kept < tonumber(ARGV[3]) and not confirmed then
  return { 'rolled_back', whole(meta.epoch), whole(meta.q) }
end
-- What an operator has given up is given up for all who have seen no more than this.
if confirmed then kept = math.max(kept, seen) end
if confirmed and takeover then
  local field = 'over:' .. whole(takeover)
  local since = string.match(redis.call('HGET', KEYS[1], field), '^%d+')
  redis.call('HSET', KEYS[1], field, since .. ' ' .. whole(kept))
end
if meta.run_id == here and (takeover or meta.q >= seen) then
  return { 'there', whole(meta.since), whole(meta.closed_until), whole(meta.q) }
end

-- On from the time of day in microseconds: above all that was ever counted, in what is lost as well.
local q = whole(math.max(meta.q + 1, seen + 1, now * 1000))
local epoch, open_again = whole(meta.epoch + 1), whole(now + tonumber(ARGV[5]))
local had = whole(takeover and meta.q or kept)
redis.call('HSET', KEYS[1], 'rid', here, 'ru', open_again, 'q', q, 'since', q, 'ep', epoch, 'over:' .. epoch,
  q .. ' ' .. had)
return { 'ok', q, open_again, q }
