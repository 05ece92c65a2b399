// Made from lua/commands/cache/forget.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script } from './script.ts'

export interface ForgetKeys {
  /** Hash: id → what is kept. */
  readonly bodies: string
  /** Zset: id → what it is worth. */
  readonly ranks: string
  /** Zset: id → ms. */
  readonly expiries: string
  /** Hash: bytes, floor. */
  readonly shelf: string
}

export interface ForgetArguments {
  readonly id: Argument
}

export type ForgetReply =
  /** That the shelf holds now. */
  | readonly ['forgotten', bytes: Int]
  | readonly ['unknown']

/**
 * Take one entry out of a shelf. Works when memory is full.
 */
export const forget: Script<ForgetKeys, ForgetArguments, ForgetReply> = {
  name: 'forget',
  sha1: '55f634f7b15ddc047b8d219064db7514ab70b0f3',
  writes: true,
  keys: ['bodies', 'ranks', 'expiries', 'shelf'],
  keyLists: [],
  args: ['id'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['drop_entry', 'whole'],
    `local bytes = drop_entry(KEYS[1], KEYS[2], KEYS[3], ARGV[1])
if bytes == 0 then return { 'unknown' } end
return { 'forgotten', whole(redis.call('HINCRBY', KEYS[4], 'bytes', whole(-bytes))) }`,
  ),
}
