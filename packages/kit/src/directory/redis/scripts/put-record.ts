// Made from lua/commands/directory/put_record.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface PutRecordKeys {
  /** String. */
  readonly layout: string
  /** Zset: 'id NUL revision JSON' of every record of a kind in an org, by id. */
  readonly records: string
  /** List: the history of the org. */
  readonly changes: string
}

export interface PutRecordArguments {
  /** Layout that the caller writes. */
  readonly lv: Argument
  /** That it is at; '0' when it is new. */
  readonly revision: Argument
  readonly id: Argument
  /** From now on; '' when it is taken away. */
  readonly member: Argument
  /** JSON. */
  readonly change: Argument
  readonly channel: Argument
  /** What watchers are told, JSON. */
  readonly changed: Argument
}

export type PutRecordReply =
  /** Of the change, within its org. */
  | readonly ['done', sequence: Int]
  /** It is at another revision. */
  | readonly ['moved']
  /** Somebody writes another layout. */
  | readonly ['other_layout', lv: Text]

/**
 * Put a record in the place of what it was, or take it away, with its line of the history, and tell whoever watches.
 * Compares its revision; what is refused changes nothing. Works when memory is full: a grant must be able to be revoked.
 */
export const putRecord: Script<PutRecordKeys, PutRecordArguments, PutRecordReply> = {
  name: 'put_record',
  sha1: 'c48643dae3f306ea37d4fc72d336a7f0aeed9706',
  writes: true,
  keys: ['layout', 'records', 'changes'],
  keyLists: [],
  args: ['lv', 'revision', 'id', 'member', 'change', 'channel', 'changed'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['revision_of', 'whole'],
    `local lv = redis.call('GET', KEYS[1])
if lv and lv ~= ARGV[1] then return { 'other_layout', lv } end
local from, to = '[' .. ARGV[3] .. '\\0', '(' .. ARGV[3] .. '\\1'
local was = redis.call('ZRANGEBYLEX', KEYS[2], from, to)[1]
if revision_of(was and string.sub(was, #ARGV[3] + 2)) ~= ARGV[2] then return { 'moved' } end
redis.call('SET', KEYS[1], ARGV[1])
if was then redis.call('ZREM', KEYS[2], was) end
if ARGV[4] ~= '' then redis.call('ZADD', KEYS[2], 0, ARGV[4]) end
local sequence = redis.call('RPUSH', KEYS[3], ARGV[5])
redis.pcall('PUBLISH', ARGV[6], ARGV[7])
return { 'done', whole(sequence) }`,
  ),
}
