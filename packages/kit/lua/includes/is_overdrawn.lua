-- Whether costs beyond their reservations have come to more than one part in a hundred of a hard limit.
local function is_overdrawn(hard, limit, overdraft)
  return hard and overdraft > math.floor(limit / 100)
end
