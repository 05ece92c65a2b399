-- Counters for the rules that take over from others, 'new<old' each: what the old one says in its window of
-- now. And the heirs, which let reservations that count in the old one count in the new one as well:
-- 'old:window>new:window@end' each.
local function take_over(account, seeds, windows, heirs)
  local writes = {}
  for new, old in string.gmatch(seeds, '(%d+)<(%d+)') do
    local from, to = account.fields[old + 1], account.fields[new + 1]
    local place = string.byte(account.shape, 2 * new + 2) - 48
    local ends = windows.ends[place] and string.format('%d', windows.ends[place]) or ''
    local counter = account.counters[old + 1]
    if counter then
      writes[#writes + 1] = to
      writes[#writes + 1] = counter
      heirs = heirs .. (heirs == '' and '' or ' ') .. from .. '>' .. to .. '@' .. ends
    end
  end
  return writes, heirs
end
