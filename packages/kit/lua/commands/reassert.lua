#!lua flags=allow-oom
-- Tell the books of an open reservation that they may have lost: made again as it was admitted, whatever its
-- budgets have left, or raised to what the caller knows. The caller must hold it open. Works when memory is
-- full.
--
-- KEYS  1 reservation
--       2 deadlines
--       3 unconfirmed
--       4 meta
--       5+ account     1 to 8, those of its path
-- ARGV  1 now          ms; '' for the server's clock
--       2 id
--       3 path
--       4 ttl          ms
--       5 held         totals: 'usd tokens requests'
--       6 consumed     likewise
--       7 observed     likewise
--       8 shapes       as they were reserved: one per account, joined by spaces
--       9 lives        as they were reserved, likewise
--      10 windows      'id start end', joined by ';'
--      11 bound
--      12 observe
--      13 fingerprint
--      14 owner
--      15 memo
--      16 label
--      17 reserved_at  ms
--      18 age          ms since the books last said anything of it to the caller
-- REPLY there       q:int                    it is there, and knows as much
--       raised      q:int
--       made        q:int                    not on accounts that are gone, until they are made again
--       finished    q:int                    it has been settled or released
--       too_old     q:int                    it is not open, and may have been settled long ago: nothing was done
--       path        path:text                     another path was reserved under this id
--       layout      lv:text unit:text
--
-- @include copy_record
-- @include count_change
-- @include differences
-- @include lost_record
-- @include merge_amounts
-- @include now_ms
-- @include open_record
-- @include read_kept_path
-- @include read_meta
-- @include read_record
-- @include rebook
-- @include to_amounts
-- @include tombstone_ms
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local before = read_record(KEYS[1], now)
local closed = before and (before.st == 'settled' or before.st == 'released')
if closed then return { 'finished', whole(meta.q) } end
if before and before.path ~= ARGV[3] then return { 'path', before.path } end
local is_open = before and before.st == 'open'
if not is_open and tonumber(ARGV[18]) >= tombstone_ms(ARGV[4]) then return { 'too_old', whole(meta.q) } end

local keys = { unpack(KEYS, 5) }
local told = { path = ARGV[3], shapes = ARGV[8], lives = ARGV[9], windows = ARGV[10], label = ARGV[16] }
local after = before and copy_record(before) or lost_record(told)
after.st, after.ttl = 'open', ARGV[4]
after.a = merge_amounts(math.max, after.a, to_amounts(ARGV[5]))
after.u = merge_amounts(math.max, after.u, to_amounts(ARGV[6]))
after.o = merge_amounts(math.max, after.o, to_amounts(ARGV[7]))
local status = not before and 'made' or next(differences(before, after)) and 'raised' or 'there'
local due = now + tonumber(ARGV[4])

rebook(before, after, read_kept_path(after, keys))
if not before then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'bound', ARGV[11], 'observe', ARGV[12], 'fp', ARGV[13], 'owner', ARGV[14],
    'path', ARGV[3], 'memo', ARGV[15], 'label', ARGV[16], 'shapes', ARGV[8], 'windows', ARGV[10], 'at', ARGV[17])
end
local indices = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
open_record(indices, ARGV[2], after, due)
return { status, count_change(KEYS[4]) }
