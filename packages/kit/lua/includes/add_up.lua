-- Add amounts to the line of a label in a day's roll-up. A day has 10,000 labels; what comes after them is counted under
-- the empty one.
local function add_up(key, label, usd, tokens, requests)
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
