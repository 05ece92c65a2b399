-- What a counter says: settled, reserved, unconfirmed, overdraft. One that has not been written yet says
-- nothing.
local function to_counter(text)
  if not text then return 0, 0, 0, 0 end
  local one, two, three, four = string.match(text, '^(%-?%d+) (%-?%d+) (%-?%d+) (%-?%d+)$')
  return tonumber(one), tonumber(two), tonumber(three), tonumber(four)
end
