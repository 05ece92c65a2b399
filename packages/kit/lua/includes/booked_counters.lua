-- @include to_counter
--
-- The fields and new texts of an account's counters once the differences are added; none when the account is
-- not there.
local function booked_counters(account, changed)
  local writes = {}
  if not account.v then return writes end
  for rule = 0, #account.shape / 2 - 1 do
    local add = changed[string.byte(account.shape, 2 * rule + 1) - 48]
    if add then
      local settled, reserved, unconfirmed, overdraft = to_counter(account.counters[rule + 5])
      writes[#writes + 1] = account.fields[rule + 5]
      writes[#writes + 1] = string.format('%d %d %d %d', settled + add[1], reserved + add[2],
        unconfirmed + add[3], overdraft + add[4])
    end
  end
  return writes
end
