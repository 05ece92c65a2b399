#!lua
-- Move the deadlines of open reservations on, and note what each has been seen to cost so far. An expired one
-- is named, not revived: that moves money, and is `extend`'s. One that the books have nothing of is named apart from
-- those that have ended: they may have lost it. The server is asked each time whether it is another, since this
-- is how those hear of it who reserve nothing.
--
-- KEYS  1 deadlines
--       2 meta
--       3+ reservation 0 to 100
-- ARGV  1 now          ms; '' for the server's clock
--       2 q_seen       as in reserve
--       3 ttl          ms
--       4+ beat*(id observed)  what it has been seen to cost, 'usd tokens requests'
-- REPLY ok          expired:text* ended:text* missing:text* since:int q:int   to extend with totals of 0; open no
--                      more; to re-assert; `since` as recover answers it
--       epoch       ep:int q:int                             nothing was done: recover, re-assert, beat again
--       layout      lv:text unit:text
--
-- @include from_amounts
-- @include merge_amounts
-- @include now_ms
-- @include read_meta
-- @include refuse_epoch
-- @include to_amounts
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
refusal = refuse_epoch(meta, nil, tonumber(ARGV[2]), 0)
if refusal then return refusal end

local expired, ended, missing, due, seen = {}, {}, {}, whole(now + tonumber(ARGV[3])), {}
for at = 3, #KEYS do seen[at] = to_amounts(ARGV[2 * at - 1]) end

for at = 3, #KEYS do
  local id, found = ARGV[2 * at - 2], redis.call('HMGET', KEYS[at], 'st', 'o')
  if found[1] == 'open' then
    local observed = from_amounts(merge_amounts(math.max, to_amounts(found[2] or '0 0 0'), seen[at]))
    redis.call('HSET', KEYS[at], 'o', observed, 'ttl', ARGV[3])
    redis.call('ZADD', KEYS[1], due, id)
  elseif found[1] == 'expired' then
    expired[#expired + 1] = id
  elseif found[1] then
    ended[#ended + 1] = id
  else
    missing[#missing + 1] = id
  end
end
return { 'ok', expired, ended, missing, whole(meta.since), whole(meta.q) }
