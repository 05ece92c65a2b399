-- The lives of a path's accounts, with another at one place.
local function put_life(lives, place, life)
  local at = 0
  local put = string.gsub(lives, '%S+', function()
    at = at + 1
    return at == place and life
  end)
  return put
end
