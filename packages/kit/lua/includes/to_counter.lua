-- What a counter says: settled, reserved, unconfirmed, overdraft, referrers. One that has not been written yet says
-- nothing.
local function to_counter(kept)
  if not kept then return 0, 0, 0, 0, 0 end
  return struct.unpack('>ddddd', kept)
end
