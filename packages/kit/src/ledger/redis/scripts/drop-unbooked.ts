// Made from lua/commands/drop_unbooked.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script, Text } from './script.ts'

export interface DropUnbookedKeys {
  readonly unbooked: string
  readonly meta: string
}

export interface DropUnbookedArguments {
  readonly id: Argument
  /** 'basis usd tokens requests at' */
  readonly kept: Argument
}

export type DropUnbookedReply =
  | readonly ['dropped']
  /** It is another by now, or not there. */
  | readonly ['other']
  | readonly ['layout', lv: Text, unit: Text]

/**
 * Take a settle from the list of those that nothing said where to book, if it is there as the caller has read it:
 * what has been told anew since, nobody has seen to. Works when memory is full.
 */
export const dropUnbooked: Script<DropUnbookedKeys, DropUnbookedArguments, DropUnbookedReply> = {
  name: 'drop_unbooked',
  sha1: '985ad63ca0d12702a067ebe7b9ec0a3adc37403f',
  writes: true,
  keys: ['unbooked', 'meta'],
  keyLists: [],
  args: ['id', 'kept'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['read_meta'],
    `local meta, refusal = read_meta(KEYS[2])
if not meta then return refusal end
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return { 'other' } end
redis.call('HDEL', KEYS[1], ARGV[1])
return { 'dropped' }`,
  ),
}
