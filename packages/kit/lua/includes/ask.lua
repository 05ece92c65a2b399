-- @include is_overdrawn
-- @include limit_at
-- @include line_of
-- @include rules_of
-- @include to_counter
-- @include why_short
--
-- Ask every rule of the accounts, so that the answer names what really stands in the way: what can be granted
-- between min and want, which lines deny it, which would if they were hard, and the hard line in USD with the
-- least left before the grant, of those whose window lasts. A line denies only what needs something of it. In a
-- window that has ended what is held stays, and nothing is added. Beyond 2^53 - 2^50 the next sum might not be exact any more: that
-- denies whatever the limit says. Rules that a shape does not name, or names '00', have no say.
local function ask(accounts, min, want, terms)
  local now, grant, denied, would = terms.now, { want[1], want[2], want[3] }, {}, {}
  local tight, tight_rule, least = nil, 0, math.huge
  for at = 1, #accounts do
    local account = accounts[at]
    local shape, caps, counters, ends = account.shape, account.caps, account.counters, account.ends
    for rule = 0, rules_of(account) - 1 do
      local metric, window = string.byte(shape, 2 * rule + 1, 2 * rule + 2)
      metric = metric - 48
      if metric > 0 then
        local settled, reserved, _, overdraft = to_counter(counters[rule + 1])
        local hard, limit = limit_at(caps, rule, now)
        local held, needs = settled + reserved, min[metric]
        local left = limit - held
        local till = ends[window - 48]
        local ended = till and till <= terms.newest
        if metric == 1 and hard and not ended and left < least then tight, tight_rule, least = account, rule, left end
        if want[metric] > 0 then
          local full = held > 7881299347898368
          local overdrawn = not terms.proven and is_overdrawn(hard, limit, overdraft)
          if full or ended or overdrawn then left = 0 end
          local decides = full or (hard and not terms.observe)
          if needs > 0 and left < needs then
            local line, list = line_of(account, rule, now), decides and denied or would
            list[#list + 1] = { line = line, reason = why_short(line, needs, ended, overdrawn) }
          elseif decides and left < grant[metric] then
            grant[metric] = math.max(0, left)
          end
        end
      end
    end
  end
  return grant, denied, would, tight and line_of(tight, tight_rule, now)
end
