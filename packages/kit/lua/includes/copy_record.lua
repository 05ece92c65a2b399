-- A record that may be given other values without changing the one that it was.
local function copy_record(record)
  local copy = {}
  for name, value in pairs(record) do copy[name] = value end
  return copy
end
