-- @include contribution
-- @include limit_at
-- @include line_of
-- @include part_of
-- @include rules_of
-- @include standing
-- @include to_counter
--
-- The percentages of a limit that budgets have reached with what a reservation is charged, and would not have
-- reached without it, in windows that last: the counter of another may be gone. The total, and what was taken
-- away, only count: no budget's own limit is as high as theirs, 2^53 - 2^50.
local function crossings(accounts, record, percentages, terms)
  local crossed, now = {}, terms.now
  for _, account in ipairs(accounts) do
    for rule = 0, rules_of(account) - 1 do
      local metric, window = string.byte(account.shape, 2 * rule + 1, 2 * rule + 2)
      metric = metric - 48
      local charge = metric > 0 and contribution(record, metric) or 0
      local till = account.ends[window - 48]
      local ended = till and till <= terms.newest
      local _, limit, unraised = limit_at(account.caps, rule, now)
      if charge > 0 and not ended and unraised < 7881299347898368 then
        local settled = to_counter(account.counters[rule + 1])
        for percent in string.gmatch(percentages, '%d+') do
          local reached = part_of(limit, percent)
          if settled >= reached and settled - charge < reached then
            crossed[#crossed + 1] = { percent, unpack(standing(line_of(account, rule, now), 0)) }
          end
        end
      end
    end
  end
  return crossed
end
