-- Whether a rule is hard, its limit with its raise while that lasts, and its limit without.
local function limit_at(caps, rule, now)
  local hard, limit, raise, until_ms = struct.unpack('>Bddd', caps, 25 * rule + 1)
  return hard == 1, now < until_ms and limit + raise or limit, limit
end
