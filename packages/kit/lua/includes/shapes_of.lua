-- The shapes of a path, as they are kept with a reservation.
local function shapes_of(accounts)
  local shapes = {}
  for place, account in ipairs(accounts) do shapes[place] = account.shape end
  return table.concat(shapes, ' ')
end
