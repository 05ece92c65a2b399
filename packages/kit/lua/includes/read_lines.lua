-- @include raised_limit
-- @include to_counter
--
-- Put the rules of an account, each with its counter, behind the lines that there are. Rules that its shape
-- does not name, or names '00', have no say.
local function read_lines(lines, account, now)
  local rule, shape = 0, account.shape
  account.first_line = #lines + 1
  for mode, limit, raise in string.gmatch(account.limits, '(%a)(%d+)(%S*)') do
    local metric, window = string.byte(shape, 2 * rule + 1, 2 * rule + 2)
    if metric and metric > 48 then
      local settled, reserved, unconfirmed, overdraft = to_counter(account.counters[rule + 5])
      lines[#lines + 1] = {
        place = account.place,
        rule = rule,
        metric = metric - 48,
        hard = mode == 'h',
        limit = raise == '' and tonumber(limit) or raised_limit(limit, raise, now),
        ends = account.ends[window - 48],
        settled = settled,
        reserved = reserved,
        unconfirmed = unconfirmed,
        overdraft = overdraft,
      }
    end
    rule = rule + 1
  end
  account.last_line = #lines
end
