-- The place of a window among those of a reservation, behind which it is put if it is not there; nil when there is
-- no place left: one is a character, '1' the first of them.
local function place_of(windows, id, ends)
  local places = #windows.ids
  for place = 1, places do
    if windows.ids[place] == id and windows.ends[place] == ends then return place end
  end
  if places == 207 then return nil end
  windows.ids[places + 1], windows.ends[places + 1] = id, ends
  return places + 1
end
