-- @include whole
--
-- An account as callers need to see it before they can ask anything of it; empty behind its place when it is
-- not there.
local function describe_account(place, key)
  local found = redis.call('HMGET', key, 'v', 'rules', 'limits', 'auto', 'rev')
  local auto, revision = found[4] and '1' or '0', found[4] or found[5] or ''
  if not found[1] then auto = '' end
  return { whole(place), found[1] or '', found[2] or '', found[3] or '', auto, revision }
end
