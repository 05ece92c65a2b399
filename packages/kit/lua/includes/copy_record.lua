-- A record that may be given other values without changing the one that it was.
local function copy_record(record)
  return setmetatable({}, { __index = record })
end
