// Made from lua/commands/directory/put_record.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface PutRecordKeys {
  /** String. */
  readonly layout: string
  /** Zset: 'id NUL revision JSON' of every record of a kind in an org, by id. */
  readonly records: string
  /** Hash: the revisions at which such records were taken away, by id. */
  readonly gone: string
  /** List: the history of the org. */
  readonly changes: string
}

export interface PutRecordArguments {
  /** Layout that the caller writes. */
  readonly lv: Argument
  /** That it is at, or was taken away at; '0' when there has been none. */
  readonly revision: Argument
  /** That it is at, or gone at, from now on. */
  readonly next: Argument
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
  sha1: '86457a41f37b29ca81814d729b4990bfb91fec2d',
  writes: true,
  keys: ['layout', 'records', 'gone', 'changes'],
  keyLists: [],
  args: ['lv', 'revision', 'next', 'id', 'member', 'change', 'channel', 'changed'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['revision_of', 'whole'],
    `local lv = redis.call('GET', KEYS[1])
if lv and lv ~= ARGV[1] then return { 'other_layout', lv } end
local from, to = '[' .. ARGV[4] .. '\\0', '(' .. ARGV[4] .. '\\1'
local was = redis.call('ZRANGEBYLEX', KEYS[2], from, to)[1]
local gone = not was and redis.call('HGET', KEYS[3], ARGV[4])
local revision = gone or revision_of(was and string.sub(was, #ARGV[4] + 2))
if revision ~= ARGV[2] then return { 'moved' } end
redis.call('SET', KEYS[1], ARGV[1])
if was then redis.call('ZREM', KEYS[2], was) end
if gone then redis.call('HDEL', KEYS[3], ARGV[4]) end
if ARGV[5] ~= '' then
  redis.call('ZADD', KEYS[2], 0, ARGV[5])
else
  redis.call('HSET', KEYS[3], ARGV[4], ARGV[3])
end
local sequence = redis.call('RPUSH', KEYS[4], ARGV[6])
redis.pcall('PUBLISH', ARGV[7], ARGV[8])
return { 'done', whole(sequence) }`,
  ),
}
