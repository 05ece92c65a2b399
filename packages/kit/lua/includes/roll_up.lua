-- @include charges
--
-- Add to the day's roll-up what a closed reservation is charged beyond what roll-ups have of it already, and
-- note in its record that they have. A day has 10,000 labels; what comes after them is counted under the
-- empty one.
local function roll_up(key, record)
  local charged, had, label = charges(record), record.up, record.label
  local usd, tokens, requests = charged[1] - had[1], charged[2] - had[2], charged[3] - had[3]
  if usd == 0 and tokens == 0 and requests == 0 then return end
  record.up = charged
  local sum, labels = redis.call('HGET', key, label), nil
  if not sum then
    labels = redis.call('HLEN', key)
    if labels >= 10000 then
      label = ''
      sum = redis.call('HGET', key, label)
    end
  end
  local sums = { string.match(sum or '0 0 0', '^(%-?%d+) (%-?%d+) (%-?%d+)$') }
  redis.call('HSET', key, label,
    string.format('%d %d %d', sums[1] + usd, sums[2] + tokens, sums[3] + requests))
  if labels == 0 then redis.call('PEXPIRE', key, 34560000000) end
end
