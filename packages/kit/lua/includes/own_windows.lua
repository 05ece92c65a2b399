-- The current windows of an account's rules, as the account keeps them; made once for all accounts of the
-- same shape.
local function own_windows(shape, windows)
  local text = windows.own[shape]
  if text then return text end
  local own = {}
  for at = 2, #shape, 2 do
    own[#own + 1] = windows.texts[string.byte(shape, at) - 48] or 'total'
  end
  text = table.concat(own, ';')
  windows.own[shape] = text
  return text
end
