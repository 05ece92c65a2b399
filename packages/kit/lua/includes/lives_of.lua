-- @include life_of
--
-- The lives of a path's accounts, as they are kept with a reservation.
local function lives_of(accounts)
  local lives = {}
  for place, account in ipairs(accounts) do lives[place] = life_of(account) end
  return table.concat(lives, ' ')
end
