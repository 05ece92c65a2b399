-- The record of a reservation that the books have nothing of, by what its caller says of it.
local function lost_record(told)
  local none = { 0, 0, 0 }
  local unsaid = {
    path = '', shapes = '', lives = '', windows = '', label = '', ttl = '0', a = none, u = none, o = none, up = none,
    paid = none, basis = '', at = '', ended = '', owner = '', memo = '',
  }
  return setmetatable(told, { __index = unsaid })
end
