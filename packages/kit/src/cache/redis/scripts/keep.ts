// Made from lua/commands/cache/keep.lua by scripts/build-lua.ts.
import { luaText } from './includes.ts'
import type { Argument, Int, Script } from './script.ts'

export interface KeepKeys {
  /** Hash: id → version, expiry and stamp, a line; then the answer. */
  readonly bodies: string
  /** Zset: id → what it is worth. */
  readonly ranks: string
  /** Zset: id → ms. */
  readonly expiries: string
  /** Hash: bytes, floor. */
  readonly shelf: string
}

export interface KeepArguments {
  /** Ms; '' for the server's clock. */
  readonly now: Argument
  readonly id: Argument
  /** Ms. */
  readonly ttl: Argument
  readonly version: Argument
  /** Of the epochs from before it was asked for. */
  readonly stamp: Argument
  /** Of a hit, for each byte. */
  readonly worth: Argument
  /** Bytes that the shelf may hold. */
  readonly room: Argument
  readonly body: Argument
}

export type KeepReply =
  /** That the shelf holds now; how many had to go. */
  | readonly ['kept', bytes: Int, evicted: Int]

/**
 * Keep an answer in the place of the one that there was, and let others go for it: those that have expired, then those
 * that are worth least. One that is larger than the whole shelf is not kept.
 */
export const keep: Script<KeepKeys, KeepArguments, KeepReply> = {
  name: 'keep',
  sha1: '1fd2b6cdca89cbacc6b730d309200ccd0fbfb08c',
  writes: true,
  keys: ['bodies', 'ranks', 'expiries', 'shelf'],
  keyLists: [],
  args: ['now', 'id', 'ttl', 'version', 'stamp', 'worth', 'room', 'body'],
  argLists: [],
  lua: luaText(
    '#!lua',
    ['drop_entry', 'drop_least', 'now_ms', 'whole', 'write_shelf'],
    `local now, id, room = now_ms(ARGV[1]), ARGV[2], tonumber(ARGV[7])
local expiry = whole(now + ARGV[3])
local kept = ARGV[4] .. ' ' .. expiry .. ' ' .. ARGV[5] .. '\\n' .. ARGV[8]
local worth = tonumber(ARGV[6])
local shelf = redis.call('HMGET', KEYS[4], 'bytes', 'floor')
local bytes, floor, evicted = tonumber(shelf[1] or '0'), tonumber(shelf[2] or '0'), 0
for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', whole(now), 'LIMIT', 0, 16)) do
  bytes = bytes - drop_entry(KEYS[1], KEYS[2], KEYS[3], old)
end
bytes = bytes - drop_entry(KEYS[1], KEYS[2], KEYS[3], id)
if #kept <= room then
  while bytes + #kept > room do
    local freed, rank = drop_least(KEYS[1], KEYS[2], KEYS[3])
    if freed then
      bytes, floor, evicted = bytes - freed, rank, evicted + 1
    else
      bytes = 0
    end
  end
  redis.call('HSET', KEYS[1], id, kept)
  redis.call('ZADD', KEYS[2], string.format('%.17g', floor + worth), id)
  redis.call('ZADD', KEYS[3], expiry, id)
  bytes = bytes + #kept
end
write_shelf({ KEYS[1], KEYS[2], KEYS[3], KEYS[4] }, bytes, floor, now)
return { 'kept', whole(bytes), whole(evicted) }`,
  ),
}
