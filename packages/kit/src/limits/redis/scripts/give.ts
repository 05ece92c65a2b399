// Made from lua/commands/limits/give.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script } from './script.ts'

export interface GiveKeys {
  /** Two of each, as in take. */
  readonly scopes: readonly string[]
}

export interface GiveArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** Tokens that take was told. */
  readonly expected: Argument
  /** Tokens that it used. */
  readonly used: Argument
  /** Of each scope; '' for none. */
  readonly tpms: readonly Argument[]
}

export type GiveReply = readonly ['given', slots: Int]

/**
 * Give a request's slots back, and put its real tokens in the place of those that it was expected to use. Only where
 * its slot still is: what is given twice, or was never taken, changes nothing. A slot that nobody held in time is
 * remembered for ten minutes, so that the tokens of a process that was paused come right too. Works when memory is
 * full.
 */
export const give: Script<GiveKeys, GiveArguments, GiveReply> = {
  name: 'give',
  sha1: '1d98ad6f61333452ea6abe7b9daa299f05dec163',
  writes: true,
  keys: [],
  keyLists: ['scopes'],
  args: ['now', 'id', 'expected', 'used'],
  argLists: [{ name: 'tpms', fields: [] }],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['drained', 'fill', 'now_ms', 'whole'],
    `local now, given = now_ms(ARGV[1]), 0
local expected, used = tonumber(ARGV[3]), tonumber(ARGV[4])
for at = 1, #KEYS / 2 do
  local tpm = tonumber(ARGV[4 + at])
  if redis.call('ZREM', KEYS[2 * at], ARGV[2]) == 1 then
    given = given + 1
    if tpm then
      local held = drained(KEYS[2 * at - 1], tpm, now)
      local more = (used - math.min(expected, tpm)) * 60000
      fill(KEYS[2 * at - 1], math.max(0, held + more), tpm, now)
    end
  end
end
return { 'given', whole(given) }`,
  ),
}
