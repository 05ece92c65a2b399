-- The fields of an account: those asked for, then the counters that its shape names, in the order of its
-- rules. Most accounts of a path have the same shape, so what was made for one is kept for the others.
local function counter_fields(shape, windows)
  local fields = windows.fields[shape]
  if fields then return fields end
  fields = { 'v', 'limits', 'windows', 'auto' }
  for at = 1, #shape, 2 do
    local window = windows.ids[string.byte(shape, at + 1) - 48]
    fields[#fields + 1] = (at - 1) / 2 .. ':' .. window
  end
  windows.fields[shape] = fields
  return fields
end
