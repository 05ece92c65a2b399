-- So many percent of a limit, rounded up; exact, whatever the limit.
local function part_of(limit, percent)
  local rest = limit % 100
  return (limit - rest) / 100 * percent + math.ceil(rest * percent / 100)
end
