#!lua
-- Raise an open reservation to new totals; lower ones are ignored. An expired one is open again. A denial
-- changes what was consumed, what was observed and the deadline, and nothing else. With totals of 0 it is a
-- heartbeat that also revives.
--
-- KEYS  1 reservation
--       2 deadlines
--       3 unconfirmed
--       4 meta
--       5+ account     those of its path; none when the path is not known
-- ARGV  1 now          ms; '' for the server's clock
--       2 q_seen       as in reserve
--       3 q_safe
--       4 id
--       5 path         as it was reserved; '' when it is not known
--       6 ttl          ms
--       7 min          totals: 'usd tokens requests'
--       8 want         likewise
--       9 consumed     likewise: bought so far, counts as spent from now on
--      10 observed     likewise: seen so far, counts as nothing until it expires
-- REPLY open        granted:amounts q:int
--       revived     granted:amounts q:int
--       denied      shortfall:shortfall q:int
--       finished
--       unknown
--       path        path:text                     ask again with the accounts of this path
--       recovering  until:int                only when it asks for more than it holds, as the next two
--       epoch       ep:int q:int
--       rolled_back ep:int q:int
--       layout      lv:text unit:text
--
-- @include ask
-- @include beyond
-- @include copy_record
-- @include count_change
-- @include decisive
-- @include from_amounts
-- @include is_behind
-- @include merge_amounts
-- @include now_ms
-- @include open_record
-- @include read_kept_path
-- @include read_meta
-- @include read_record
-- @include rebook
-- @include refuse_epoch
-- @include refuse_recovering
-- @include to_amounts

local now = now_ms(ARGV[1])
local meta, refusal = read_meta(KEYS[4])
if not meta then return refusal end
local record = read_record(KEYS[1], now)
if not record then return { 'unknown' } end
if record.st == 'settled' or record.st == 'released' then return { 'finished' } end
if record.path ~= ARGV[5] then return { 'path', record.path } end

local accounts = read_kept_path(record, { unpack(KEYS, 5) })
local min, want = beyond(record.a, to_amounts(ARGV[7])), beyond(record.a, to_amounts(ARGV[8]))
local more, denied, behind = { 0, 0, 0 }, {}, false
if want[1] + want[2] + want[3] > 0 then
  refusal = refuse_epoch(meta, now, tonumber(ARGV[2]), tonumber(ARGV[3])) or refuse_recovering(meta, now)
  if refusal then return refusal end
  local terms = { now = now, newest = math.max(now, meta.newest) }
  terms.proven, terms.observe = record.bound == 'proven', record.observe == '1'
  more, denied = ask(accounts, min, want, terms)
else
  behind = is_behind(meta, now, tonumber(ARGV[2]))
end

local after = copy_record(record)
after.st, after.ttl = 'open', ARGV[6]
if #denied == 0 then after.a = { record.a[1] + more[1], record.a[2] + more[2], record.a[3] + more[3] } end
local consumed = merge_amounts(math.min, to_amounts(ARGV[9]), after.a)
after.u = merge_amounts(math.max, record.u, consumed)
after.o = merge_amounts(math.max, record.o, to_amounts(ARGV[10]))

local keys = { reservation = KEYS[1], deadlines = KEYS[2], unconfirmed = KEYS[3] }
local due = now + tonumber(ARGV[6])

rebook(record, after, accounts)
open_record(keys, ARGV[4], after, due)
local q = count_change(KEYS[4], behind)
if #denied > 0 then return { 'denied', decisive(denied), q } end
return { record.st == 'open' and 'open' or 'revived', from_amounts(after.a), q }
