-- Write what a bucket holds. Once it has run out it is as if it had never been, and goes by itself.
local function fill(bucket, used, tpm, at)
  redis.call('HSET', bucket, 'used', string.format('%d', used), 'at', string.format('%d', at))
  redis.call('PEXPIRE', bucket, math.ceil(used / tpm) + 60000)
end
