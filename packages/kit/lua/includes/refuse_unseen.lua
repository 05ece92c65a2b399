-- Why an account that is not there may not be made: 'gone' when it has been there before, and its limits are
-- lost; 'unknown' when nobody says what it would get; 'too_many' under its parent. Nil when it may.
local function refuse_unseen(known_key, account, parent, max_auto)
  local seen = redis.call('HMGET', known_key, account.name, 'under ' .. parent)
  if seen[1] then return 'gone' end
  if account.limits == '' then return 'unknown' end
  if tonumber(seen[2] or '0') >= max_auto then return 'too_many' end
  return nil
end
