-- @include booked_counters
-- @include differences
-- @include kept_windows
-- @include read_charged
--
-- Book that a reservation is no longer what it was, on every counter of its path: all are read, then all are
-- written. An account that is gone is left gone; making it again would make it without limits.
local function rebook(before, after, keys)
  local changed = differences(before, after)
  if next(changed) == nil then return end
  local windows, plans = kept_windows(after.windows), {}
  for shape in string.gmatch(after.shapes, '%S+') do
    local place = #plans + 1
    plans[place] = booked_counters(read_charged(place, keys[place], shape, windows), changed)
  end
  for place, writes in ipairs(plans) do
    if #writes > 0 then redis.call('HSET', keys[place], unpack(writes)) end
  end
end
