// Made from lua/commands/unconfirmed.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script, Text } from './script.ts'

export interface UnconfirmedKeys {
  readonly unconfirmed: string
  readonly meta: string
}

export interface UnconfirmedArguments {
  /** Expired at or after this time, ms. */
  readonly since: Argument
  /** Expired at or before this time, ms; '' for all. */
  readonly until: Argument
  readonly offset: Argument
  readonly limit: Argument
}

export type UnconfirmedReply =
  | readonly ['ok', ids: readonly Text[]]
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Expired reservations whose charge nobody has confirmed, oldest first.
 */
export const unconfirmed: Script<UnconfirmedKeys, UnconfirmedArguments, UnconfirmedReply> = {
  name: 'unconfirmed',
  sha1: '3b44ff6ab02e14b12e82101a72a33ebe7bf47691',
  writes: false,
  keys: ['unconfirmed', 'meta'],
  keyLists: [],
  args: ['since', 'until', 'offset', 'limit'],
  argLists: [],
  lua: luaText(
    '#!lua flags=no-writes',
    ['read_meta'],
    `local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local newest = ARGV[2] == '' and '+inf' or ARGV[2]
return { 'ok', redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], newest, 'LIMIT', ARGV[3], ARGV[4]) }`,
  ),
}
