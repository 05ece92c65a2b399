// Made from lua/commands/directory/put_key.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script, Text } from './script.ts'

export interface PutKeyKeys {
  /** String. */
  readonly layout: string
  /** Zset: 'id handle' of every key, by id. */
  readonly ids: string
  /** List: the history of its org. */
  readonly changes: string
  /** Where its record is to be found until now; where it will be, when it is new. */
  readonly foundAt: string
  /** String: the record, at each handle that it had or will have. */
  readonly handles: readonly string[]
}

export interface PutKeyArguments {
  /** Layout that the caller writes. */
  readonly lv: Argument
  /** That it is at; '0' when it is new. */
  readonly revision: Argument
  readonly id: Argument
  /** Its member of ids until now; '' when it is new. */
  readonly was: Argument
  /** From now on. */
  readonly member: Argument
  /** 'revision JSON' */
  readonly record: Argument
  /** JSON. */
  readonly change: Argument
  readonly channel: Argument
  /** What watchers are told, JSON. */
  readonly changed: Argument
  /** Of each handle: 'new', 'kept' or 'gone' */
  readonly fates: readonly Argument[]
}

export type PutKeyReply =
  /** Of the change, within its org. */
  | readonly ['done', sequence: Int]
  /** It is at another revision. */
  | readonly ['moved']
  /** Its id, or a handle, is another key's. */
  | readonly ['taken']
  /** Somebody writes another layout. */
  | readonly ['other_layout', lv: Text]

/**
 * Put a virtual key in the place of what it was, at all the handles by which it is found, with its line of the history,
 * and tell whoever watches. Compares its revision, and asks that its id and its new handles are nobody else's; what is
 * refused changes nothing. Works when memory is full: a key must be able to be revoked.
 */
export const putKey: Script<PutKeyKeys, PutKeyArguments, PutKeyReply> = {
  name: 'put_key',
  sha1: 'a79cac5da08b6a64c83ed0e1f53a7c07cf8c0916',
  writes: true,
  keys: ['layout', 'ids', 'changes', 'foundAt'],
  keyLists: ['handles'],
  args: ['lv', 'revision', 'id', 'was', 'member', 'record', 'change', 'channel', 'changed'],
  argLists: [{ name: 'fates', fields: [] }],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['revision_of', 'whole'],
    `local lv = redis.call('GET', KEYS[1])
if lv and lv ~= ARGV[1] then return { 'other_layout', lv } end
if ARGV[2] == '0' then
  local from, to = '[' .. ARGV[3] .. ' ', '(' .. ARGV[3] .. '!'
  if redis.call('ZLEXCOUNT', KEYS[2], from, to) > 0 then return { 'taken' } end
elseif revision_of(redis.call('GET', KEYS[4])) ~= ARGV[2] then
  return { 'moved' }
end
for at = 5, #KEYS do
  if ARGV[5 + at] == 'new' and redis.call('EXISTS', KEYS[at]) == 1 then return { 'taken' } end
end
redis.call('SET', KEYS[1], ARGV[1])
if ARGV[4] ~= '' then redis.call('ZREM', KEYS[2], ARGV[4]) end
redis.call('ZADD', KEYS[2], 0, ARGV[5])
for at = 5, #KEYS do
  if ARGV[5 + at] == 'gone' then
    redis.call('DEL', KEYS[at])
  else
    redis.call('SET', KEYS[at], ARGV[6])
  end
end
local sequence = redis.call('RPUSH', KEYS[3], ARGV[7])
redis.pcall('PUBLISH', ARGV[8], ARGV[9])
return { 'done', whole(sequence) }`,
  ),
}
