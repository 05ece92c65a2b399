// Made from lua/commands/cache/find.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script, Text } from './script.ts'

export interface FindKeys {
  /** Hash: id → version, expiry and stamp, a line; then the answer. */
  readonly bodies: string
}

export interface FindArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** The version that the caller has; '' for none. */
  readonly known: Argument
}

export type FindReply =
  /** '' for a body that is known. */
  | readonly ['found', version: Text, stamp: Text, body: Text]
  | readonly ['none']

/**
 * Read what is kept of a request, unless it has expired. Whoever knows this version of it already is not sent it again.
 */
export const find: Script<FindKeys, FindArguments, FindReply> = {
  name: 'find',
  sha1: '0badfd53ba21eeecdd75e0e2ca19865ff1d5f72e',
  writes: true,
  keys: ['bodies'],
  keyLists: [],
  args: ['now', 'id', 'known'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['now_ms'],
    `local kept = redis.call('HGET', KEYS[1], ARGV[2])
if not kept then return { 'none' } end
local line = string.find(kept, '\\n', 1, true)
local version, expiry, stamp = string.match(string.sub(kept, 1, line - 1), '^(%S+) (%d+) (.*)$')
if tonumber(expiry) <= now_ms(ARGV[1]) then return { 'none' } end
if version == ARGV[3] then return { 'found', version, stamp, '' } end
return { 'found', version, stamp, string.sub(kept, line + 1) }`,
  ),
}
