// Made from lua/commands/cache/evict.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script } from './script.ts'

export interface EvictKeys {
  /** Hash: id → what is kept. */
  readonly bodies: string
  /** Zset: id → what it is worth. */
  readonly ranks: string
  /** Zset: id → ms. */
  readonly expiries: string
  /** Hash: bytes, floor. */
  readonly shelf: string
}

export interface EvictArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly bytes: Argument
}

export type EvictReply =
  /** That the shelf holds now; how many went. */
  | readonly ['evicted', bytes: Int, entries: Int]

/**
 * Take those entries out of a shelf that are worth least, until so many bytes have come free. Works when memory is full.
 */
export const evict: Script<EvictKeys, EvictArguments, EvictReply> = {
  name: 'evict',
  sha1: '85985604b9f534abe1e2ae1b8e8db0795e9b1b7b',
  writes: true,
  keys: ['bodies', 'ranks', 'expiries', 'shelf'],
  keyLists: [],
  args: ['now', 'bytes'],
  argLists: [],
  lua: luaText(
    '#!lua flags=allow-oom',
    ['drop_entry', 'drop_least', 'now_ms', 'whole', 'write_shelf'],
    `local now, wanted = now_ms(ARGV[1]), tonumber(ARGV[2])
local shelf = redis.call('HMGET', KEYS[4], 'bytes', 'floor')
local bytes, floor, freed, evicted = tonumber(shelf[1] or '0'), tonumber(shelf[2] or '0'), 0, 0
while freed < wanted do
  local came, rank = drop_least(KEYS[1], KEYS[2], KEYS[3])
  if not came then break end
  freed, floor, evicted = freed + came, rank, evicted + 1
end
if evicted > 0 then write_shelf({ KEYS[1], KEYS[2], KEYS[3], KEYS[4] }, bytes - freed, floor, now) end
return { 'evicted', whole(evicted > 0 and bytes - freed or 0), whole(evicted) }`,
  ),
}
