-- @include from_amounts
-- @include read_kept_lines
-- @include read_record
-- @include tightest
-- @include whole
--
-- The reply to a reserve whose id is in the books already, else nil. A repeat gets the grant that it had, and
-- is told how its budgets stand now.
local function answer_repeat(key, fingerprint, accounts, meta, now)
  local record = read_record(key, now)
  if not record then return nil end
  if record.st ~= 'open' then return { 'finished' } end
  if record.fp ~= fingerprint then return { 'conflict' } end
  local lines = read_kept_lines(record, accounts, now, now)
  local granted = from_amounts(record.a)
  return { 'ok', '1', granted, record.windows, tightest(lines, 0), {}, whole(meta.q) }
end
