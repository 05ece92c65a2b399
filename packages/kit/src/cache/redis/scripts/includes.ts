// Made from lua/commands, which include these, by scripts/build-lua.ts.

const INCLUDES = {
  drop_entry: `local function drop_entry(bodies, ranks, expiries, id)
  local bytes = redis.call('HSTRLEN', bodies, id)
  redis.call('HDEL', bodies, id)
  redis.call('ZREM', ranks, id)
  redis.call('ZREM', expiries, id)
  return bytes
end`,
  drop_least: `local function drop_least(bodies, ranks, expiries)
  local least = redis.call('ZRANGE', ranks, 0, 0, 'WITHSCORES')
  if not least[1] then return nil end
  return drop_entry(bodies, ranks, expiries, least[1]), tonumber(least[2])
end`,
  now_ms: `local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`,
  whole: `local function whole(number)
  return string.format('%d', number)
end`,
  write_shelf: `local function write_shelf(keys, bytes, floor, now)
  local last = redis.call('ZREVRANGE', keys[3], 0, 0, 'WITHSCORES')
  if not last[1] then
    redis.call('DEL', keys[4])
    return
  end
  redis.call('HSET', keys[4], 'bytes', whole(bytes), 'floor', string.format('%.17g', floor))
  local left = whole(math.max(1, last[2] - now))
  for at = 1, 4 do redis.call('PEXPIRE', keys[at], left) end
end`,
} as const

/** A script as Redis gets it. */
export function luaText(shebang: string, includes: readonly (keyof typeof INCLUDES)[], body: string): string {
  return [shebang, ...includes.map((name) => INCLUDES[name]), body, ''].join('\n')
}
