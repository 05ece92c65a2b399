-- Why a line has less left than the least that is asked. What waiting cannot cure comes first.
local function why_short(line, least, ended, overdrawn)
  if line.settled + line.reserved > 7881299347898368 then return 'exceeded' end
  if ended then return 'reserved' end
  if line.limit - (line.settled - line.unconfirmed) < least then return 'exceeded' end
  return overdrawn and 'overdraft' or 'reserved'
end
