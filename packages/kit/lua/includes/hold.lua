-- The fields and new texts of an account's counters once a grant is reserved on them.
local function hold(account, lines, grant)
  local writes = {}
  for at = account.first_line, account.last_line do
    local line = lines[at]
    writes[#writes + 1] = account.fields[line.rule + 5]
    writes[#writes + 1] = string.format('%d %d %d %d', line.settled, line.reserved + grant[line.metric],
      line.unconfirmed, line.overdraft)
  end
  return writes
end
