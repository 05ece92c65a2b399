-- @include whole
--
-- Note how full a shelf is, and let all of it go with the last of its entries.
local function write_shelf(keys, bytes, floor, now)
  local last = redis.call('ZREVRANGE', keys[3], 0, 0, 'WITHSCORES')
  if not last[1] then
    redis.call('DEL', keys[4])
    return
  end
  redis.call('HSET', keys[4], 'bytes', whole(bytes), 'floor', string.format('%.17g', floor))
  local left = whole(math.max(1, last[2] - now))
  for at = 1, 4 do redis.call('PEXPIRE', keys[at], left) end
end
