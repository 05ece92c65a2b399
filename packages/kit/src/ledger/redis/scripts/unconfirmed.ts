// Made from lua/commands/unconfirmed.lua by scripts/build-lua.ts.
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
  sha1: 'dc8b34b55f88ec3f2b61236e127d447810459512',
  writes: false,
  keys: ['unconfirmed', 'meta'],
  keyLists: [],
  args: ['since', 'until', 'offset', 'limit'],
  argLists: [],
  lua: `#!lua flags=no-writes
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
local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local newest = ARGV[2] == '' and '+inf' or ARGV[2]
return { 'ok', redis.call('ZRANGEBYSCORE', KEYS[1], ARGV[1], newest, 'LIMIT', ARGV[3], ARGV[4]) }
`,
}
