-- Of each pair 'id start end id start end' from a place in ARGV on, the window that contains a time; nil when
-- one has none. Both ends are asked: a window chosen by its end alone could be one that has yet to start.
local function choose_windows(given, first, time)
  local ids, ends, texts = { [0] = 'total' }, {}, {}
  for at = first, #given do
    local place = at - first + 1
    for text, id, starts, till in string.gmatch(given[at], '((%S+) (%-?%d+) (%-?%d+))') do
      till = tonumber(till)
      if time < till and tonumber(starts) <= time then
        texts[place], ids[place], ends[place] = text, id, till
        break
      end
    end
    if not ids[place] then return nil end
  end
  local besides = { 'v', 'caps', 'windows', 'auto', 'born' }
  return { ids = ids, ends = ends, texts = texts, fields = {}, besides = besides, own = {} }
end
