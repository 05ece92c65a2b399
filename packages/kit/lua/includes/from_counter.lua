-- A counter as it is kept: settled, reserved, unconfirmed, overdraft, and how many reservations that are open or expired
-- count on it.
local function from_counter(settled, reserved, unconfirmed, overdraft, referrers)
  return struct.pack('>ddddd', settled, reserved, unconfirmed, overdraft, referrers)
end
