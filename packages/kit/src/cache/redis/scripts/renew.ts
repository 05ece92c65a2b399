// Made from lua/commands/cache/renew.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script } from './script.ts'

export interface RenewKeys {
  /** String: who has it. */
  readonly lease: string
}

export interface RenewArguments {
  /** Of the caller. */
  readonly token: Argument
  /** Ms from now; 0 gives it up. */
  readonly ttl: Argument
}

export type RenewReply = readonly ['held'] | readonly ['lost']

/**
 * Hold a lease for longer, or give it up; whoever has lost it changes nothing.
 */
export const renew: Script<RenewKeys, RenewArguments, RenewReply> = {
  name: 'renew',
  sha1: '049ae9e1deb653a0d6a7eec726eb7aecd760c3ae',
  writes: true,
  keys: ['lease'],
  keyLists: [],
  args: ['token', 'ttl'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    [],
    `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return { 'lost' } end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return { 'held' }`,
  ),
}
