-- @include contribution
--
-- Add to the day's roll-up what a closed reservation is charged beyond what roll-ups have of it already, and
-- note in its record that they have. A day has 10,000 labels; what comes after them is counted under the
-- empty one.
local function roll_up(key, record)
  local charged, label = {}, record.label
  for metric = 1, 3 do charged[metric] = contribution(record, metric)[1] end
  local more = { charged[1] - record.up[1], charged[2] - record.up[2], charged[3] - record.up[3] }
  if more[1] == 0 and more[2] == 0 and more[3] == 0 then return end
  record.up = charged
  local labels, sum = redis.call('HLEN', key), redis.call('HGET', key, label)
  if not sum and labels >= 10000 then
    label = ''
    sum = redis.call('HGET', key, label)
  end
  local usd, tokens, requests = string.match(sum or '0 0 0', '^(%-?%d+) (%-?%d+) (%-?%d+)$')
  redis.call('HSET', key, label, string.format('%d %d %d', usd + more[1], tokens + more[2], requests + more[3]))
  if labels == 0 then redis.call('PEXPIRE', key, 34560000000) end
end
