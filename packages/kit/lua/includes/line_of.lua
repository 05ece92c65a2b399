-- @include limit_at
-- @include to_counter
--
-- A rule of an account with its counter, for a reply.
local function line_of(account, rule, now)
  local settled, reserved, unconfirmed, overdraft = to_counter(account.counters[rule + 1])
  local hard, limit = limit_at(account.caps, rule, now)
  return {
    place = account.place,
    rule = rule,
    hard = hard,
    limit = limit,
    ends = account.ends[string.byte(account.shape, 2 * rule + 2) - 48],
    settled = settled,
    reserved = reserved,
    unconfirmed = unconfirmed,
    overdraft = overdraft,
  }
end
