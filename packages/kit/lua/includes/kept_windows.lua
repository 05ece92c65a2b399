-- The windows of a reservation, from its own record: 'id start end', joined by ';'.
local function kept_windows(text)
  local kept = { ids = { [0] = 'total' }, ends = {}, fields = {}, besides = { 'v', 'caps', 'heirs', 'born' } }
  for id, ends in string.gmatch(text, '(%S+) %-?%d+ (%-?%d+);?') do
    kept.ids[#kept.ids + 1] = id
    kept.ends[#kept.ids] = tonumber(ends)
  end
  return kept
end
