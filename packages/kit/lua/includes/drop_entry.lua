-- Take an entry out of its shelf. Returns how many bytes came free: 0 where there was none.
local function drop_entry(bodies, ranks, expiries, id)
  local bytes = redis.call('HSTRLEN', bodies, id)
  redis.call('HDEL', bodies, id)
  redis.call('ZREM', ranks, id)
  redis.call('ZREM', expiries, id)
  return bytes
end
