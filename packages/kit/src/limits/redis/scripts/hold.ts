// Made from lua/commands/limits/hold.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script } from './script.ts'

export interface HoldKeys {
  /** What runs in a scope, one for each id. */
  readonly runnings: readonly string[]
}

export interface HoldArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** Ms. */
  readonly ttl: Argument
  readonly ids: readonly Argument[]
}

export type HoldReply = readonly ['held']

/**
 * Move the deadlines of slots on: their requests still run. One that had passed its deadline has its slot again, even
 * where another has taken it meanwhile; one that was given back stays so. Works when memory is full.
 */
export const hold: Script<HoldKeys, HoldArguments, HoldReply> = {
  name: 'hold',
  sha1: 'bbae9aee13ab4e93ae8029e1ec7dc4ecd00b57db',
  writes: true,
  keys: [],
  keyLists: ['runnings'],
  args: ['now', 'ttl'],
  argLists: [{ name: 'ids', fields: [] }],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['now_ms', 'whole'],
    `local now = now_ms(ARGV[1])
for at = 1, #KEYS do
  redis.call('ZADD', KEYS[at], 'XX', 'GT', whole(now + ARGV[2]), ARGV[2 + at])
  redis.call('PEXPIRE', KEYS[at], whole(ARGV[2] + 600000))
end
return { 'held' }`,
  ),
}
