#!lua flags=allow-oom
-- End a reservation that bought nothing; what was consumed stays charged. An unknown id gets a tombstone, so
-- that a reserve still on its way cannot come to life. Works when memory is full.
--
-- KEYS  1 reservation
--       2 deadlines
--       3 unconfirmed
--       4 meta
--       5 rollup       of the caller's day
--       6+ account     those of its path; none when the path is not known
-- ARGV  1 now          ms; '' for the server's clock
--       2 q_seen       as in reserve
--       3 id
--       4 path         as it was reserved; '' when it is not known
-- REPLY released    q:int                    0, here as below: the books are behind what the caller has seen
--       tombstoned  q:int                    it was unknown, and is ended from now on
--       repeat      q:int
--       conflict    q:int                    it has been settled
--       path        path:text                     ask again with the accounts of this path
--       layout      lv:text unit:text
--
-- @include copy_record
-- @include count_change
-- @include end_reservation
-- @include is_behind
-- @include lost_record
-- @include now_ms
-- @include read_kept_path
-- @include read_meta
-- @include read_record
-- @include whole

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local behind = is_behind(meta, now, tonumber(ARGV[2]))
local before = read_record(KEYS[1], now)
if before and before.st == 'settled' then return { 'conflict', whole(meta.q) } end
if before and before.st == 'released' then return { 'repeat', whole(meta.q) } end
if before and before.path ~= ARGV[4] then return { 'path', before.path } end

local after = before and copy_record(before) or lost_record({})
after.st = 'released'
local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3], rollup = KEYS[5] }
local accounts = read_kept_path(after, { unpack(KEYS, 6) })
end_reservation(keys, ARGV[3], before, after, accounts, now)
-- A tombstone moves no money and is not counted: every refusal ends in one, and books that have lost changes
-- must not seem to have caught up by refusing.
if not before then return { 'tombstoned', whole(meta.q) } end
return { 'released', count_change(KEYS[4], behind) }
