-- A limit with its raise, '+amount@until_ms', while that lasts.
local function raised_limit(limit, raise, now)
  local amount, until_ms = string.match(raise, '^%+(%d+)@(%d+)$')
  return tonumber(limit) + (now < tonumber(until_ms) and tonumber(amount) or 0)
end
