// Made from lua/commands/overdue.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface OverdueKeys {
  readonly deadlines: string
  readonly meta: string
}

export interface OverdueArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly limit: Argument
}

export type OverdueReply =
  | readonly ['ok', ids: readonly Text[], now: Int]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Open reservations that are past their deadline, the longest overdue first.
 */
export const overdue: Script<OverdueKeys, OverdueArguments, OverdueReply> = {
  name: 'overdue',
  sha1: '26f8e122551ca292f2c6381b5e3966f497782f87',
  writes: false,
  keys: ['deadlines', 'meta'],
  keyLists: [],
  args: ['now', 'limit'],
  argLists: [],
  lua: luaText(
    '#!lua flags=no-writes',
    ['now_ms', 'read_meta', 'whole'],
    `local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local now = whole(now_ms(ARGV[1]))
return { 'ok', redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2]), now }`,
  ),
}
