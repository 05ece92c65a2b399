-- @include from_counter
-- @include to_counter
--
-- The fields and new values of an account's counters once the differences are added. The account has them from
-- now on.
local function booked_counters(account, changed)
  local writes, at, shape, counters, fields = {}, 0, account.shape, account.counters, account.fields
  for rule = 1, #shape / 2 do
    local add = changed[string.byte(shape, 2 * rule - 1) - 48]
    if add then
      local settled, reserved, unconfirmed, overdraft, referrers = to_counter(counters[rule])
      counters[rule] = from_counter(settled + add[1], reserved + add[2], unconfirmed + add[3],
        overdraft + add[4], referrers + add[5])
      writes[at + 1], writes[at + 2] = fields[rule], counters[rule]
      at = at + 2
    end
  end
  return writes
end
