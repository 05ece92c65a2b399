-- Whether an account is another than the one that a reservation was charged to under its name, which is gone; nil where
-- its rules are others as well, so that nobody can tell which of them the reservation's are.
local function is_successor(account, life)
  local born = (account.born or '0') .. '/'
  if not life or string.sub(life, 1, #born) == born then return false end
  return string.match(life, '/(.*)$') == account.v or nil
end
