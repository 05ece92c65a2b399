-- What totals ask for beyond what is held already.
local function beyond(held, totals)
  local more = {}
  for metric = 1, 3 do more[metric] = math.max(0, totals[metric] - held[metric]) end
  return more
end
