// Made from lua/commands/reset_clock.lua by scripts/build-lua.ts.
import type { Argument, Int, Script, Text } from './script.ts'

export interface ResetClockKeys {
  readonly meta: string
}

export interface ResetClockArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
}

export type ResetClockReply =
  | readonly ['ok', before: Int, now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Let the books believe the server's clock again, after it had been ahead: `tollgate doctor --reset-clock`.
 * Windows that were begun too early stay begun; requests are refused by them until their time has come, and
 * no budget is fresh twice.
 */
export const resetClock: Script<ResetClockKeys, ResetClockArguments, ResetClockReply> = {
  name: 'reset_clock',
  sha1: '4c35431ad241e3d7a820f23c95428ee69e10533e',
  writes: true,
  keys: ['meta'],
  keyLists: [],
  args: ['now'],
  argLists: [],
  lua: `#!lua
local function now_ms(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function read_meta(key)
  local found = redis.call('HMGET', key, 'lv', 'unit', 'q', 't', 'rid', 'ru', 'ep')
  if found[1] ~= '1' or found[2] ~= 'nano-USD' then
    return nil, { 'layout', found[1] or '', found[2] or '' }
  end
  return {
    q = tonumber(found[3]),
    newest = tonumber(found[4]),
    run_id = found[5],
    closed_until = tonumber(found[6]),
    epoch = tonumber(found[7]),
  }
end
local function whole(number)
  return string.format('%d', number)
end
local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local now = whole(now_ms(ARGV[1]))
redis.call('HSET', KEYS[1], 't', now)
return { 'ok', whole(meta.newest), now }
`,
}
