// Made from lua/commands/reset_clock.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface ResetClockKeys {
  readonly meta: string
}

export interface ResetClockArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** The caller's own time, ms. */
  readonly clock: Argument
}

export type ResetClockReply =
  | readonly ['ok', before: Int, now: Int]
  /** The two clocks are more than a minute apart: nothing was changed. */
  | readonly ['apart', now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Let the books believe the server's clock again, after it had been ahead: `tollgate doctor --reset-clock`.
 * Windows that were begun too early stay begun; requests are refused by them until their time has come, and
 * no budget is fresh twice. A clock that is behind is not believed, since what the books have seen is then all
 * that keeps it from opening windows that are past, and those of now once more when it is set right; so it
 * must agree with the caller's, which nobody set together with it.
 */
export const resetClock: Script<ResetClockKeys, ResetClockArguments, ResetClockReply> = {
  name: 'reset_clock',
  sha1: '0e4c5194d2d825d650af45bedcd0b9fd28203bd9',
  writes: true,
  keys: ['meta'],
  keyLists: [],
  args: ['now', 'clock'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['now_ms', 'read_meta', 'whole'],
    `local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local now = now_ms(ARGV[1])
if math.abs(now - tonumber(ARGV[2])) > 60000 then return { 'apart', whole(now) } end
redis.call('HSET', KEYS[1], 't', whole(now))
return { 'ok', whole(meta.newest), whole(now) }`,
  ),
}
