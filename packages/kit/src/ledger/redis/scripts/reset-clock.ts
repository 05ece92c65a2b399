// Made from lua/commands/reset_clock.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
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
  sha1: '0f3999fa7e962ec66e9268f8ddbb2f147c90aa8d',
  writes: true,
  keys: ['meta'],
  keyLists: [],
  args: ['now'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['now_ms', 'read_meta', 'whole'],
    `local meta, refusal = read_meta(KEYS[1])
if not meta then return refusal end
local now = whole(now_ms(ARGV[1]))
redis.call('HSET', KEYS[1], 't', now)
return { 'ok', whole(meta.newest), now }`,
  ),
}
