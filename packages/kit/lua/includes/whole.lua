-- An integer as decimal text. Lua's own conversions keep 14 digits.
local function whole(number)
  return string.format('%d', number)
end
