// Made from lua/commands, which include these, by scripts/build-lua.ts.

const INCLUDES = {
  drained: `local function drained(bucket, tpm, now)
  local found = redis.call('HMGET', bucket, 'used', 'at')
  local used, at = tonumber(found[1] or '0'), tonumber(found[2] or '0')
  return math.max(0, used - tpm * math.max(0, now - at)), at > now
end`,
  fill: `local function fill(bucket, used, tpm, at)
  redis.call('HSET', bucket, 'used', string.format('%d', used), 'at', string.format('%d', at))
  redis.call('PEXPIRE', bucket, math.ceil(used / tpm) + 60000)
end`,
  now_ms: `local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end`,
  scope_text: `local function scope_text(scope, taken)
  local used, running = scope.used, scope.running
  if taken then used, running = used + scope.need, running + 1 end
  if not scope.tpm then return string.format('0 0 %d', running) end
  return string.format('%d %d %d', math.floor(scope.tpm - used / 60000), math.ceil(used / scope.tpm), running)
end`,
  tokens_wait: `local function tokens_wait(used, need, tpm)
  return math.max(0, math.ceil((used + need - tpm * 60000) / tpm))
end`,
  whole: `local function whole(number)
  return string.format('%d', number)
end`,
} as const

/** A script as Redis gets it. */
export function luaText(shebang: string, includes: readonly (keyof typeof INCLUDES)[], body: string): string {
  return [shebang, ...includes.map((name) => INCLUDES[name]), body, ''].join('\n')
}
