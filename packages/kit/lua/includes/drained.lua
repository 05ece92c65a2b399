-- What a bucket of tokens still holds: what was poured in, less what has run out since. In 60,000ths of a token,
-- so that a minute's tokens run out over a minute in whole numbers: as many units a ms as there are tokens a minute.
-- And whether the clock was set back since: then nothing has run out, and from now on it does by that clock.
local function drained(bucket, tpm, now)
  local found = redis.call('HMGET', bucket, 'used', 'at')
  local used, at = tonumber(found[1] or '0'), tonumber(found[2] or '0')
  return math.max(0, used - tpm * math.max(0, now - at)), at > now
end
