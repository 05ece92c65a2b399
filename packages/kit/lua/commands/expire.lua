#!lua flags=allow-oom
-- Charge an open reservation that is past its deadline in full, unconfirmed. One that is not there any more, which
-- nothing of ours does, is taken from the deadlines, and counted for an operator: what it held stays reserved, since
-- nobody can tell what that was. Works when memory is full.
--
-- KEYS  1 reservation
--       2 deadlines
--       3 unconfirmed
--       4 meta
--       5 rollup       of the caller's day
--       6+ account     those of its path
-- ARGV  1 now          ms; '' for the server's clock
--       2 q_seen       as in reserve
--       3 id
--       4 path         as it was reserved; '' when it is not known
-- REPLY expired     record:reservation q:int
--       early       due:int                  not before this time
--       gone        q:int                    it is not open, or there is none
--       path        path:text                     ask again with the accounts of this path
--       epoch       ep:int q:int             recover first: those who would beat could not
--       layout      lv:text unit:text
--
-- @include copy_record
-- @include count_change
-- @include describe_record
-- @include from_amounts
-- @include now_ms
-- @include read_kept_path
-- @include read_meta
-- @include read_record
-- @include rebook
-- @include refuse_epoch
-- @include roll_up
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
refusal = refuse_epoch(meta, now, tonumber(ARGV[2]), 0)
if refusal then return refusal end
local before = read_record(KEYS[1], now)
if not before or before.st ~= 'open' then
  local listed = redis.call('ZREM', KEYS[2], ARGV[3]) == 1
  if listed and not before then redis.call('HINCRBY', KEYS[4], 'lost', 1) end
  return { 'gone', whole(meta.q) }
end
if before.path ~= ARGV[4] then return { 'path', before.path } end
local deadline = tonumber(redis.call('ZSCORE', KEYS[2], ARGV[3])) or 0
local due = math.max(deadline, meta.closed_until + tonumber(before.ttl))
if now < due then return { 'early', whole(due) } end

local after = copy_record(before)
after.st, after.ended = 'expired', whole(now)
local accounts = read_kept_path(after, { unpack(KEYS, 6) })
rebook(before, after, accounts)
roll_up(KEYS[5], after, accounts)
redis.call('HSET', KEYS[1], 'st', 'expired', 'ended', after.ended, 'up', from_amounts(after.up), 'lives', after.lives)
redis.call('ZREM', KEYS[2], ARGV[3])
redis.call('ZADD', KEYS[3], after.ended, ARGV[3])
return { 'expired', describe_record(ARGV[3], after), count_change(KEYS[4]) }
