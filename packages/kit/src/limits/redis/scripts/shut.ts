// Made from lua/commands/limits/shut.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script } from './script.ts'

export interface ShutKeys {
  /** Hash: until, trips, why. */
  readonly breaker: string
}

export interface ShutArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  /** Ms, the first time. */
  readonly first: Argument
  /** Ms, at most. */
  readonly longest: Argument
  /** A word for people. */
  readonly why: Argument
}

export type ShutReply = readonly ['shut', wait: Int, trips: Int] | readonly ['already', wait: Int, trips: Int]

/**
 * Shut a caller out for a while: each time for twice as long as the time before, until it has been quiet for a day.
 * Several processes may notice the same loop: while it is shut out, another call changes nothing. `wait` is for how
 * long from now, ms.
 */
export const shut: Script<ShutKeys, ShutArguments, ShutReply> = {
  name: 'shut',
  sha1: 'e76916e72a6cfc94a298eb8e9a5b80d8b9dff604',
  writes: true,
  keys: ['breaker'],
  keyLists: [],
  args: ['now', 'first', 'longest', 'why'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['now_ms', 'whole'],
    `local now = now_ms(ARGV[1])
local found = redis.call('HMGET', KEYS[1], 'until', 'trips')
local shut_until, trips = tonumber(found[1] or '0'), tonumber(found[2] or '0')
if shut_until > now then return { 'already', whole(shut_until - now), whole(trips) } end
if shut_until + 86400000 <= now then trips = 0 end
trips = math.min(trips, 40) + 1
shut_until = now + math.min(ARGV[2] * 2 ^ (trips - 1), tonumber(ARGV[3]))
redis.call('HSET', KEYS[1], 'until', whole(shut_until), 'trips', whole(trips), 'why', ARGV[4])
redis.call('PEXPIRE', KEYS[1], whole(shut_until - now + 86400000))
return { 'shut', whole(shut_until - now), whole(trips) }`,
  ),
}
