-- @include shortfall
-- @include whole
--
-- Of several shortfalls the one to answer with. Spent money weighs more than running requests, since waiting
-- does not cure it; of equals the line with the least left; its end is the latest of them.
local function decisive(denied)
  local weights = { exceeded = 3, overdraft = 2, reserved = 1 }
  local chosen, least, latest
  for _, short in ipairs(denied) do
    local line = short.line
    local left, ends = line.limit - line.settled - line.reserved, line.ends or math.huge
    local weight = weights[short.reason]
    if not chosen or weight > weights[chosen.reason] then
      chosen, least, latest = short, left, ends
    elseif weight == weights[chosen.reason] then
      if left < least then chosen, least = short, left end
      latest = math.max(latest, ends)
    end
  end
  local reply = shortfall(chosen)
  reply[8] = latest < math.huge and whole(latest) or ''
  return reply
end
