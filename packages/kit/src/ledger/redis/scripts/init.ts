// Made from lua/commands/init.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface InitKeys {
  readonly meta: string
}

export interface InitArguments {
  /** Ms since the epoch; '' for the server's own clock, which is all that a gateway passes. */
  readonly now: Argument
}

export type InitReply =
  /** The books are open. */
  | readonly ['made', q: Int]
  /** They were. */
  | readonly ['there', q: Int]
  /** What is there is of another layout, or counts in another unit. */
  | readonly ['layout', lv: Text, unit: Text]
  /** This server's numbers are not exact up to 2^53. */
  | readonly ['server', reason: Text]

/**
 * Open the books of an org. Only `tollgate ledger init` does this; every other command refuses to work
 * without them.
 */
export const init: Script<InitKeys, InitArguments, InitReply> = {
  name: 'init',
  sha1: 'd986c6cf1702bb59a8dcb451dcc1f0cb05740ceb',
  writes: true,
  keys: ['meta'],
  keyLists: [],
  args: ['now'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['now_ms', 'run_id', 'whole'],
    `local found = redis.call('HMGET', KEYS[1], 'lv', 'unit', 'q')
if found[1] == '1' and found[2] == 'nano-USD' then return { 'there', found[3] } end
if found[1] then return { 'layout', found[1], found[2] or '' } end
if whole(2 ^ 53 - 1) ~= '9007199254740991' then return { 'server', 'its integers are short' } end
local now = whole(now_ms(ARGV[1]))
redis.call('HSET', KEYS[1], 'lv', '1', 'unit', 'nano-USD', 'q', '0', 't', now, 'rid', run_id(), 'ru', '0',
  'ep', '0')
return { 'made', '0' }`,
  ),
}
