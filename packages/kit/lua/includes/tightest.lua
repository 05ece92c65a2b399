-- @include standing
--
-- The hard line in USD with the least left once a grant is made, for the reply; a list of one or none.
local function tightest(lines, granted)
  local found, least = nil, math.huge
  for _, line in ipairs(lines) do
    if line.metric == 1 and line.hard then
      local left = line.limit - line.settled - line.reserved
      if left < least then found, least = line, left end
    end
  end
  return found and { standing(found, granted) } or {}
end
