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
--       9 windows      'id start end', joined by ';'
--      10 bound
--      11 observe
--      12 fingerprint
--      13 owner
--      14 memo
--      15 label
--      16 reserved_at  ms
--      17 age          ms since the books last said anything of it to the caller
-- REPLY there       q:int                    it is there, and knows as much
--       raised      q:int
--       made        q:int                    accounts that are gone are not charged, now or later
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
-- @include shapes_there
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
if not is_open and tonumber(ARGV[17]) >= tombstone_ms(ARGV[4]) then return { 'too_old', whole(meta.q) } end

local keys = { unpack(KEYS, 5) }
local after = before and copy_record(before)
  or lost_record(ARGV[3], ARGV[4], '0 0 0', shapes_there(ARGV[8], keys), ARGV[9], ARGV[15])
after.st, after.ttl = 'open', ARGV[4]
after.a = merge_amounts(math.max, after.a, to_amounts(ARGV[5]))
after.u = merge_amounts(math.max, after.u, to_amounts(ARGV[6]))
after.o = merge_amounts(math.max, after.o, to_amounts(ARGV[7]))
local status = not before and 'made' or next(differences(before, after)) and 'raised' or 'there'
local due = now + tonumber(ARGV[4])

rebook(before, after, read_kept_path(after, keys))
if not before then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'bound', ARGV[10], 'observe', ARGV[11], 'fp', ARGV[12], 'owner', ARGV[13],
    'path', ARGV[3], 'memo', ARGV[14], 'label', ARGV[15], 'shapes', after.shapes, 'windows', ARGV[9], 'at', ARGV[16])
end
local indices = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
open_record(indices, ARGV[2], after, due)
return { status, count_change(KEYS[4]) }
