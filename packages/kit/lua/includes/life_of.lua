-- Which account of its name one is, and what its rules are: a reservation keeps this of each account on which it counts.
local function life_of(account)
  return (account.born or '0') .. '/' .. account.v
end
