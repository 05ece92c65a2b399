// Made from lua/commands/record.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Reservation, Script, Text } from './script.ts'

export interface RecordKeys {
  readonly reservation: string
  readonly meta: string
}

export interface RecordArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
}

export type RecordReply =
  | readonly ['ok', record: Reservation]
  | readonly ['unknown']
  | readonly ['layout', lv: Text, unit: Text]

/**
 * One reservation, as it is kept.
 */
export const record: Script<RecordKeys, RecordArguments, RecordReply> = {
  name: 'record',
  sha1: '4890848c39d39d8e05cf3ac15ea4586fe0a88c08',
  writes: false,
  keys: ['reservation', 'meta'],
  keyLists: [],
  args: ['now', 'id'],
  argLists: [],
  lua: luaText(
    '#!lua flags=no-writes',
    [
      'contribution',
      'charges',
      'from_amounts',
      'describe_record',
      'now_ms',
      'read_meta',
      'to_amounts',
      'read_record',
    ],
    `local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
local record = read_record(KEYS[1], now_ms(ARGV[1]))
if not record then return { 'unknown' } end
return { 'ok', describe_record(ARGV[2], record) }`,
  ),
}
