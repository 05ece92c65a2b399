-- @include to_amounts
--
-- The record of a reservation that the books have lost, by what its caller says of it.
local function lost_record(path, ttl, held, shapes, windows, label)
  local none = { 0, 0, 0 }
  return {
    path = path, ttl = ttl, a = to_amounts(held), shapes = shapes, windows = windows, label = label,
    u = none, o = none, up = none, paid = none, basis = '', at = '', ended = '', owner = '', memo = '',
  }
end
