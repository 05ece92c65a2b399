-- @include to_counter
--
-- Counters of an account that rolls over which nothing refers to any more: neither in the windows that begin
-- nor in those before them, and no reservation on them is open or expired. One that is may hold nothing just now, and
-- ask for more later. Estimates may still be corrected there; who settles is not told of windows that have ended.
local function idle_fields(account)
  if not account.before then return {} end
  local idle, keep, rule = {}, {}, 0
  for _, field in ipairs(account.fields) do keep[field] = true end
  for window in string.gmatch(account.before, '[^;]+') do
    keep[rule .. ':' .. string.match(window, '^%S+')] = true
    rule = rule + 1
  end
  local found = redis.call('HGETALL', account.key)
  for at = 1, #found, 2 do
    if string.find(found[at], '^%d+:') and not keep[found[at]] then
      local _, _, _, _, referrers = to_counter(found[at + 1])
      if referrers == 0 then idle[#idle + 1] = found[at] end
    end
  end
  return idle
end
