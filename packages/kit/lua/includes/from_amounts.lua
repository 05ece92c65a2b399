-- Three numbers as 'usd tokens requests'.
local function from_amounts(amounts)
  return string.format('%d %d %d', amounts[1], amounts[2], amounts[3])
end
