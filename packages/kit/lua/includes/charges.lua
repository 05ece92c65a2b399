-- @include contribution
--
-- What a reservation is charged, per metric.
local function charges(record)
  local usd, tokens, requests = contribution(record, 1), contribution(record, 2), contribution(record, 3)
  return { usd, tokens, requests }
end
