-- @include contribution
--
-- Per metric, what has to be added to a counter when a reservation turns from one record into another; nil
-- where nothing has. A reservation that was not there added nothing.
local function differences(before, after)
  local changed = {}
  for metric = 1, 3 do
    local settled, reserved, unconfirmed, overdraft, referrers = contribution(after, metric)
    if before then
      local had = { contribution(before, metric) }
      settled, reserved = settled - had[1], reserved - had[2]
      unconfirmed, overdraft = unconfirmed - had[3], overdraft - had[4]
      referrers = referrers - had[5]
    end
    if settled ~= 0 or reserved ~= 0 or unconfirmed ~= 0 or overdraft ~= 0 or referrers ~= 0 then
      changed[metric] = { settled, reserved, unconfirmed, overdraft, referrers }
    end
  end
  return changed
end
