-- Of each pair 'id start end id start end' from a place in ARGV on, the window that contains a time; nil when
-- one has none. Both ends are asked: a window chosen by its end alone could be one that has yet to start.
local function choose_windows(given, first, time)
  local chosen = { ids = { [0] = 'total' }, ends = {}, texts = {}, fields = {}, own = {} }
  for at = first, #given do
    local found
    for text, id, starts, ends in string.gmatch(given[at], '((%S+) (%-?%d+) (%-?%d+))') do
      if tonumber(starts) <= time and time < tonumber(ends) then
        local place = at - first + 1
        chosen.texts[place], chosen.ids[place], chosen.ends[place] = text, id, tonumber(ends)
        found = true
        break
      end
    end
    if not found then return nil end
  end
  return chosen
end
