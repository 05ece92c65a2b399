-- @include add_up
-- @include charges
--
-- Add to the day's roll-up what a closed reservation is charged beyond what roll-ups have of it already, and
-- note in its record that they have. What nobody is charged is in no roll-up, and neither is what is labelled '-'.
local function roll_up(key, record, accounts)
  if #accounts == 0 or record.label == '-' then return end
  local charged, had = charges(record), record.up
  local usd, tokens, requests = charged[1] - had[1], charged[2] - had[2], charged[3] - had[3]
  if usd == 0 and tokens == 0 and requests == 0 then return end
  record.up = charged
  add_up(key, record.label, usd, tokens, requests)
end
