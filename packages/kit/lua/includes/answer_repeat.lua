-- @include ask
-- @include from_amounts
-- @include from_told
-- @include read_kept_path
-- @include read_record
-- @include standing
-- @include whole
--
-- The reply to a reserve whose id is in the books already, else nil. A repeat gets the grant that it had and hears
-- again which budgets would have refused it; and it is told how its budgets stand now.
local function answer_repeat(key, fingerprint, accounts, meta, now)
  local record = read_record(key, now)
  if not record then return nil end
  if record.st ~= 'open' then return { 'finished' } end
  if record.fp ~= fingerprint then return { 'conflict' } end
  local nothing, path = { 0, 0, 0 }, read_kept_path(record, accounts)
  local _, _, _, tight = ask(path, nothing, nothing, { now = now, newest = math.max(now, meta.newest) })
  local granted, told = from_amounts(record.a), redis.call('HGET', key, 'told')
  local tightest = tight and { standing(tight, 0) } or {}
  return { 'ok', '1', granted, record.windows, record.lives, tightest, from_told(told), whole(meta.q) }
end
