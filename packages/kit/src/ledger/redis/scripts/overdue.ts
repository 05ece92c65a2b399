// Made from lua/commands/overdue.lua by scripts/build-lua.ts.
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
  sha1: '38734e8b62dd57ba3b003fc44234c013752bbec9',
  writes: false,
  keys: ['deadlines', 'meta'],
  keyLists: [],
  args: ['now', 'limit'],
  argLists: [],
  lua: `#!lua flags=no-writes
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
local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local now = whole(now_ms(ARGV[1]))
return { 'ok', redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now, 'LIMIT', 0, ARGV[2]), now }
`,
}
