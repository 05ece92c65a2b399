-- @include is_overdrawn
--
-- Why a line has less left than the least that is asked. What waiting cannot cure comes first.
local function why_short(line, least, proven, full)
  if full then return 'exceeded' end
  if line.ended then return 'reserved' end
  if line.limit - (line.settled - line.unconfirmed) < least then return 'exceeded' end
  return not proven and is_overdrawn(line) and 'overdraft' or 'reserved'
end
