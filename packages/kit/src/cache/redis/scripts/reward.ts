// Made from lua/commands/cache/reward.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Script } from './script.ts'

export interface RewardKeys {
  /** Zset: id → what it is worth. */
  readonly ranks: string
  /** Hash: bytes, floor. */
  readonly shelf: string
}

export interface RewardArguments {
  /** What all its hits are worth, for each byte. */
  readonly hits: readonly {
    readonly id: Argument
    readonly worth: Argument
  }[]
}

export type RewardReply = readonly ['rewarded']

/**
 * Count hits, which make entries worth more: on top of what they were, or of whatever went before them, if that was more.
 * Works when memory is full.
 */
export const reward: Script<RewardKeys, RewardArguments, RewardReply> = {
  name: 'reward',
  sha1: '865acff348bf1187abee14ebf9431dd7f8bb8451',
  writes: true,
  keys: ['ranks', 'shelf'],
  keyLists: [],
  args: [],
  argLists: [{ name: 'hits', fields: ['id', 'worth'] }],
  lua: luaText(
    '#!lua flags=allow-oom',
    [],
    `local floor = tonumber(redis.call('HGET', KEYS[2], 'floor') or '0')
for at = 1, #ARGV, 2 do
  local rank = redis.call('ZSCORE', KEYS[1], ARGV[at])
  if rank then
    local raised = math.max(tonumber(rank), floor) + tonumber(ARGV[at + 1])
    redis.call('ZADD', KEYS[1], string.format('%.17g', raised), ARGV[at])
  end
end
return { 'rewarded' }`,
  ),
}
