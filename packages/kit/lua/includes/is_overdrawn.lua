-- Whether costs beyond their reservations have come to more than one part in a hundred of a hard limit.
local function is_overdrawn(line)
  return line.hard and line.overdraft > math.floor(line.limit / 100)
end
