-- @include contribution
--
-- Per metric, what has to be added to a counter when a reservation turns from one record into another; nil
-- where nothing has. A reservation that was not there added nothing.
local function differences(before, after)
  local changed = {}
  for metric = 1, 3 do
    local new = contribution(after, metric)
    local old = before and contribution(before, metric) or { 0, 0, 0, 0 }
    local add = { new[1] - old[1], new[2] - old[2], new[3] - old[3], new[4] - old[4] }
    if add[1] ~= 0 or add[2] ~= 0 or add[3] ~= 0 or add[4] ~= 0 then changed[metric] = add end
  end
  return changed
end
