-- A counter as it is kept: settled, reserved, unconfirmed, overdraft.
local function from_counter(settled, reserved, unconfirmed, overdraft)
  return struct.pack('>dddd', settled, reserved, unconfirmed, overdraft)
end
