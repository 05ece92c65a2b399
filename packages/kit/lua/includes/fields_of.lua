-- The fields to read of an account: the counters that its shape names, in the order of its rules, and behind
-- them those that whoever made the windows wants of every account. Most accounts of a path have the same
-- shape, so what was made for one is kept for the others.
local function fields_of(shape, windows)
  local fields = windows.fields[shape]
  if fields then return fields end
  fields = {}
  for rule = 0, #shape / 2 - 1 do
    local window = windows.ids[string.byte(shape, 2 * rule + 2) - 48]
    fields[rule + 1] = rule .. ':' .. window
  end
  for _, name in ipairs(windows.besides) do fields[#fields + 1] = name end
  windows.fields[shape] = fields
  return fields
end
